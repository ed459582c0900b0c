# The files of a layout: .env, and config/ with a folder for each process. Sourced by `init`.
# shellcheck shell=bash disable=SC2034,SC2154 # `init` has the variables.

# .env as it is, or as .env.example has it.
settings() {
  if [[ -e "$layout/.env" ]]; then
    env_text=$(< "$layout/.env")
  else
    env_text=$(< "$layout/.env.example")
    changes=$((changes + 1))
    if [[ "$dry_run" == yes ]]; then
      echo "would write $layout/.env"
    else
      echo "write $layout/.env"
      (umask 077 && printf '%s\n' "$env_text" > "$layout/.env")
    fi
  fi
}

value() {
  sed -n "s/^$1=//p" <<< "$env_text" | tail -n 1
}

# set_value NAME VALUE, in .env; its comments stay. Values of secrets are not told.
set_value() {
  local name=$1 wanted=$2
  [[ "$(value "$name")" != "$wanted" ]] || return 0
  env_text=$(NAME=$name WANTED=$wanted awk '
    index($0, ENVIRON["NAME"] "=") == 1 { print ENVIRON["NAME"] "=" ENVIRON["WANTED"]; found = 1; next }
    { print }
    END { if (!found) print ENVIRON["NAME"] "=" ENVIRON["WANTED"] }' <<< "$env_text")
  case $name in
    FLEET_SECRET* | ADMIN_TOKEN | GRAFANA_PASSWORD) change "set $name in .env" save_settings ;;
    *) change "set $name=$wanted in .env" save_settings ;;
  esac
}

save_settings() {
  (umask 077 && printf '%s\n' "$env_text" > "$layout/.env.new")
  mv "$layout/.env.new" "$layout/.env"
}

# A secret is made once, in place of the placeholder; with --new-secret the fleet's is replaced,
# and the former one still verifies.
keep_secret() {
  if [[ "$1" == FLEET_SECRET && "$new_secret" == yes && "$(value "$1")" != *change-me* ]]; then
    set_value FLEET_SECRET_PREVIOUS "$(value FLEET_SECRET)"
    set_value FLEET_SECRET "$(openssl rand -hex 32)"
  fi
  case "$(value "$1")" in
    '' | *change-me*) set_value "$1" "$(openssl rand -hex 32)" ;;
  esac
}

set_edge() {
  if ((${#hosts[@]})); then set_value PUBLIC_HOSTS "${hosts[*]}"; fi
}

# config/PROCESS/app-config.yml is the operator's from the moment that it is there.
configuration() {
  local process file
  for process in "$@"; do
    file=$layout/config/$process/app-config.yml
    [[ ! -e "$file" ]] || continue
    place "$file" 0644 < <(example "$process")
  done
}

example() {
  local text
  text=$(< "$layout/config.example/$1/app-config.yml")
  if [[ "$role" == gateway && "$1" == aux-srv ]]; then
    text=${text//10.0.0.1:/$address:}
    text=${text/"  - 10.0.0.2:8112"/"$(printf -- '  - %s:8112\n' "${backends[@]}")"}
  fi
  printf '%s\n' "$text"
}
