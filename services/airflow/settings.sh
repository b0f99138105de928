# shellcheck shell=bash
# Every setting of the local Airflow, sourced by the four start scripts: MWAA's own defaults where it has them, and why
# not where it has not. Needs from the profile: AIRFLOW, AIRFLOW_URL, AIRFLOW_USER, AIRFLOW_PASSWORD, PROJECT, AWS_*, SNOWFLAKE_*.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${AIRFLOW_URL:?is not set: read a profile first, for example with 'make up'}"
: "${AIRFLOW_USER:?is not set: profiles/local.env has it}" "${AIRFLOW_PASSWORD:?is not set: profiles/local.env has it}"
export AIRFLOW_USER AIRFLOW_PASSWORD

python=${LAB_ENVS:-$root/.venvs}/airflow/bin/python
if [[ ! -x $python ]]; then
    echo "Airflow's environment is missing: no $python. Type: make up" >&2
    exit 1
fi
AIRFLOW_HOME=${LAB_VAR:-$root/var}/airflow
mkdir -p "$AIRFLOW_HOME"
AIRFLOW_HOME=$(cd "$AIRFLOW_HOME" && pwd)
export AIRFLOW_HOME

# --- Address -------------------------------------------------------------------------------------------------------------
port=${AIRFLOW_URL%/}
port=${port##*:}
if [[ ! $port =~ ^[0-9]+$ ]]; then
    echo "AIRFLOW_URL=$AIRFLOW_URL has no port. Write it like http://localhost:8080" >&2
    exit 1
fi
export AIRFLOW__API__HOST=${LAB_LISTEN:-127.0.0.1} # never a reachable address: the login is a published one
export AIRFLOW__API__PORT=$port
export AIRFLOW__API__BASE_URL=${AIRFLOW_URL%/}
export AIRFLOW__API__WORKERS=1 # one user; each further worker costs 200 MB
export AIRFLOW__CORE__EXECUTION_API_SERVER_URL=http://127.0.0.1:$port/execution/ # tasks report here; no name to resolve

# --- State ---------------------------------------------------------------------------------------------------------------
export AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=${AIRFLOW__DATABASE__SQL_ALCHEMY_CONN:-sqlite:///$AIRFLOW_HOME/airflow.db}
export AIRFLOW__LOGGING__BASE_LOG_FOLDER=$AIRFLOW_HOME/logs
export AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY=$AIRFLOW_HOME/logs/dag_processor
export AIRFLOW__LOGGING__COLORED_CONSOLE_LOG=False # the console is a file
export AIRFLOW__CORE__PLUGINS_FOLDER=$AIRFLOW_HOME/plugins

# --- Login: the simple auth manager; prepare.py writes the password file ------------------------------------------------
export AIRFLOW__CORE__AUTH_MANAGER=airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager
export AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS=$AIRFLOW_USER:admin
export AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE=$AIRFLOW_HOME/passwords.json

# --- DAGs ----------------------------------------------------------------------------------------------------------------
export AIRFLOW__CORE__DAGS_FOLDER=$root/dags
export AIRFLOW__CORE__LOAD_EXAMPLES=False
export AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION=False  # a trigger may come seconds after the first parse
export AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL=5        # a new file is seen in 5 s; the default is 300 s
export AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL=120 # changed files are parsed at once; unchanged ones need it seldom
export AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES=1       # two files
export AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT=180 # the first parse compiles the providers' bytecode
export AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT=120

# --- Execution -----------------------------------------------------------------------------------------------------------
export AIRFLOW__CORE__EXECUTOR=LocalExecutor
export AIRFLOW__CORE__PARALLELISM=4 # the DAGs run two tasks at once at most; a worker costs 120 MB
export PYTHONPATH=$root/services/airflow/config # airflow_local_settings.py: no task outlives its scheduler
# A killed api-server is back in 20 s; a task must outlive that gap, not die after 3 missed heartbeats of 5 s.
export AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS=24
export AIRFLOW__WORKERS__EXECUTION_API_RETRIES=10
export AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX=10
export AIRFLOW__STATE_STORE__CLEAR_ON_SUCCESS=True # a task that a user clears runs its Glue job anew
# A task whose process was killed is started again after 2 minutes, one that a killed scheduler had queued after 30 s.
export AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT=120
export AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL=30

# --- Connections and variables: Secrets Manager, as on MWAA; the endpoint is that of the environment ----------------------
export AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
export AIRFLOW__SECRETS__BACKEND_KWARGS='{"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables"}'

# --- Arrivals: a function of the stack tells an environment of MWAA; without one, DAG watch_arrivals watches their queue ----
if [[ ${AIRFLOW:-mwaa} == local ]]; then
    export TRIGGER_QUEUE=$PROJECT-trigger MWAA_ENVIRONMENT=$PROJECT
fi

# --- Nothing calls home --------------------------------------------------------------------------------------------------
export AIRFLOW__METRICS__STATSD_ON=False
export AIRFLOW__SENTRY__SENTRY_ON=False
export DO_NOT_TRACK=true SCARF_ANALYTICS=false

# Keys, password file, AWS configuration, database schema: made once, whichever of the four processes comes first.
"$python" "$root/services/airflow/prepare.py" "$AIRFLOW_HOME"
set -a
# shellcheck source=/dev/null
. "$AIRFLOW_HOME/keys.env"
set +a

# --- Who it is for AWS: its execution role, as on MWAA; botocore assumes it whenever a client is made ---------------------
if [[ -n ${AIRFLOW_ROLE_ARN:-} ]]; then
    export AWS_CONFIG_FILE=$AIRFLOW_HOME/aws-config
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY # they would come first
fi
