"""Run LocalStack with this plugin: `python -m lab_localstack`. Settings come from the environment, as `start` sets it."""

from lab_localstack import python311

if __name__ == "__main__":
    python311.mend()
    from localstack.runtime.main import main

    main()
