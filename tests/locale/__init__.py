# ruff: noqa: A005 - a folder of tests, imported by nobody as `locale`
