"""Checking requests and responses against the OpenAPI document of Rev.io's API."""
