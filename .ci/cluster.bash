# A private PostgreSQL cluster: in a folder of its own, on a free port of the loopback, as a user who is not root.

cluster=''

# As root, whatever PostgreSQL does it does as the user that its package made.
as_postgres() {
    if ((EUID == 0)); then runuser -u postgres -- "$@"; else "$@"; fi
}

free_port() {
    "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Starts it in folder $1 and exports where it is. autovacuum is off: it would count rows of tests that are rolled back, and plan
# for tables that are not there. Nothing here outlives a crash, so nothing is synced to the disk.
start_cluster() {
    local bin port
    bin=$(postgresql_bin)
    port=$(free_port)
    cluster=$1
    mkdir "$cluster"
    if ((EUID == 0)); then
        chmod 711 "$(dirname "$cluster")"
        chown postgres: "$cluster"
    fi
    (cd / && as_postgres "$bin/initdb" --pgdata "$cluster/data" --username postgres --auth trust \
        --encoding UTF8 --locale C.UTF-8 --no-sync >"$work/initdb.log" 2>&1) || {
        cat "$work/initdb.log"
        return 1
    }
    (cd / && as_postgres "$bin/pg_ctl" start --pgdata "$cluster/data" --wait --timeout 60 --silent --log "$cluster/log" --options \
        "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c fsync=off -c full_page_writes=off -c autovacuum=off") || {
        cat "$cluster/log"
        return 1
    }
    export PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres PGDATABASE=katana_trace
    "$bin/createdb" katana_trace
}

stop_cluster() {
    if [[ -n $cluster && -f $cluster/data/postmaster.pid ]]; then
        (cd / && as_postgres "$(postgresql_bin)/pg_ctl" stop --pgdata "$cluster/data" --mode immediate --wait --timeout 60 --silent)
    fi
}
