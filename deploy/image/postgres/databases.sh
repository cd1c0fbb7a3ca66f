#!/bin/sh
# Run once by the postgres image on an empty data folder: a role and a database of its own for every service.
set -eu
for service in intake verification dispatch notify sla polls identity portal; do
	variable="LAPOR_PASSWORD_$(printf '%s' "$service" | tr '[:lower:]' '[:upper:]')"
	password=$(printenv "$variable")
	psql -v ON_ERROR_STOP=1 -v name="$service" -v password="$password" --username "$POSTGRES_USER" <<-'SQL'
		create role :"name" login password :'password';
		create database :"name" owner :"name";
		revoke connect, temporary on database :"name" from public;
	SQL
done
