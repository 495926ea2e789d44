"""The OpenAPI 3.1 documents of Rev.io's API and of the admin API, made from the tables in the code."""
