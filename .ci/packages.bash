# Debian packages that the tests need, installed when they are missing and this may be done.

install_failure=''

has_chromium() {
    command -v chromium >/dev/null
}

# The folder of the newest PostgreSQL's programs, or nothing.
postgresql_bin() {
    local found=''
    found=$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1) || true
    if [[ -z $found ]]; then found=$(command -v initdb) || true; fi
    if [[ -n $found ]]; then dirname "$found"; fi
}

has_postgresql() {
    [[ -n $(postgresql_bin) ]]
}

has_zbar() {
    command -v zbarimg >/dev/null
}

install_missing() {
    local missing=()
    has_chromium || missing+=(chromium)
    has_postgresql || missing+=(postgresql)
    has_zbar || missing+=(zbar-tools)
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    if ((${#missing[@]} == 0)); then
        echo 'Nothing.'
    elif ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        install_failure="install it with apt-get: ${missing[*]}"
        echo "Not root, or no apt-get: ${missing[*]} not installed."
    # With what they recommend: a browser without fonts draws nothing.
    elif ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes "${missing[@]}"; }; then
        install_failure='apt-get failed, see above'
        echo "apt-get failed: ${missing[*]} not installed."
    fi
}
