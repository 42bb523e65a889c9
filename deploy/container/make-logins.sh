#!/bin/sh
# Run once by the image of PostgreSQL, in an empty database: the login that the application uses, and its bell's database.
# `opora init` gives it its rights; it owns no table of Opora's and can change neither history nor the schema.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --set=password="$OPORA_PASSWORD" \
    --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
CREATE ROLE opora LOGIN PASSWORD :'password';
CREATE DATABASE opora_bell OWNER opora;
REVOKE ALL ON DATABASE opora FROM PUBLIC;
GRANT CONNECT ON DATABASE opora TO opora;
SQL
