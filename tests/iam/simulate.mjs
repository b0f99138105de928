// Evaluates IAM requests: simulations as JSON on standard input, and for each one, in their order, its result on
// standard output: Allowed, ImplicitlyDenied, ExplicitlyDenied, or why the simulator refuses it (an action that IAM does
// not know, an ARN that is no resource of the action, a policy that is not valid).
//     node simulate.mjs PACKAGE_JSON <simulations
// PACKAGE_JSON is the package.json beside whose node_modules the simulator is installed.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

const { runSimulation } = createRequire(process.argv[2])('@cloud-copilot/iam-simulate')
const results = []
for (const simulation of JSON.parse(await text(process.stdin))) {
  const answer = await runSimulation(simulation, {})
  results.push(answer.resultType === 'error' ? `refused: ${JSON.stringify(answer.errors)}` : answer.overallResult)
}
process.stdout.write(JSON.stringify(results))
