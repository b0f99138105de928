"""Run LocalStack with this plugin: `python -m lab_localstack`; `start` sets the environment that it needs."""

from lab_localstack import python311

if __name__ == "__main__":
    python311.mend()
    from localstack.runtime.main import main

    main()
