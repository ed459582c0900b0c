# The machine below the layout: packages, a user, time, and what the kernel allows. Sourced by
# `init`; left out with --files-only.
# shellcheck shell=bash disable=SC2034,SC2154 # `init` has the variables.

prepare_machine() {
  [[ "$(id -u)" == 0 || "$dry_run" == yes ]] || fail "needs root, or --files-only"
  command -v apt-get > /dev/null || fail "knows Debian and Ubuntu only; elsewhere use --files-only"
  packages
  user
  kernel
  firewall_note
}

packages() {
  local missing=()
  command -v docker > /dev/null || missing+=(docker.io)
  docker compose version > /dev/null 2>&1 || command -v docker-compose > /dev/null \
    || missing+=("$(compose_package)")
  command -v openssl > /dev/null || missing+=(openssl)
  # Tickets and epochs are judged by clocks: more than 2 s apart are an alert.
  command -v chronyd > /dev/null || command -v ntpd > /dev/null || missing+=(chrony)
  ((${#missing[@]})) || return 0
  change "install ${missing[*]}" install_packages "${missing[@]}"
}

# Ubuntu calls Compose v2 docker-compose-v2, Docker's own repository docker-compose-plugin,
# Debian 12 has v1.29 as docker-compose and Debian 13 v2 under the same name.
compose_package() {
  local name
  for name in docker-compose-v2 docker-compose-plugin; do
    if apt-cache show "$name" > /dev/null 2>&1; then
      echo "$name"
      return 0
    fi
  done
  echo docker-compose
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update --quiet=2
  apt-get install --yes --quiet=2 --no-install-recommends "$@" > /dev/null 2>&1 \
    || fail "cannot install $*"
}

# The user that the containers run as, so that the files which they read belong to a name.
user() {
  local found
  found=$(getent passwd "$INSTANTCHAT_UID" | cut -d : -f 1) || found=''
  [[ "$found" != instantchat ]] || return 0
  if [[ -n "$found" ]] || getent passwd instantchat > /dev/null; then
    fail "the images' user has the number $INSTANTCHAT_UID, and here ${found:-instantchat} is another"
  fi
  change "create the user instantchat" create_user
}

create_user() {
  groupadd --gid "$INSTANTCHAT_GID" instantchat
  useradd --uid "$INSTANTCHAT_UID" --gid "$INSTANTCHAT_GID" --no-create-home \
    --home-dir /var/lib/instantchat --shell /usr/sbin/nologin instantchat
}

# README.md's table of what to set for N sockets.
kernel() {
  local descriptors=$((2 * sockets + 1024))
  local conntrack=$((4 * sockets > 262144 ? 4 * sockets : 262144))
  local open_files=$((8 * descriptors > 1048576 ? 8 * descriptors : 1048576))
  place /etc/sysctl.d/60-instantchat.conf 0644 << END
# Written by instantchat's init for $sockets sockets. A leading - ignores what a kernel lacks.
# Ports 80 and 443 for nginx, which does not run as root.
net.ipv4.ip_unprivileged_port_start = 80
# Connections that wait to be accepted.
net.core.somaxconn = 65535
net.ipv4.tcp_max_syn_backlog = 65535
# Source ports of nginx's connections to backends; above the ports of the daemons.
net.ipv4.ip_local_port_range = 10240 65535
# Connections that the firewall follows: visitors', and nginx's own.
-net.netfilter.nf_conntrack_max = $conntrack
# Descriptors of one process, and of all.
fs.nr_open = $open_files
fs.file-max = $((2 * open_files))
END
  # Before the sysctl is set at the next boot, the module must be there.
  place /etc/modules-load.d/instantchat.conf 0644 <<< nf_conntrack
  [[ ! -e /etc/sysctl.d/60-instantchat.conf ]] || kernel_follows \
    || change "load /etc/sysctl.d/60-instantchat.conf" sysctl --quiet --load /etc/sysctl.d/60-instantchat.conf
}

# Whether the kernel has in force what the file says.
kernel_follows() {
  local line key wanted found
  while read -r line; do
    [[ "$line" == *=* && "$line" != \#* ]] || continue
    key=${line%% = *}
    wanted=${line#* = }
    found=$(sysctl --values "${key#-}" 2> /dev/null) || { [[ "$key" == -* ]] && continue; return 1; }
    [[ "${found//$'\t'/ }" == "$wanted" ]] || return 1
  done < /etc/sysctl.d/60-instantchat.conf
}

# The rules are the operator's: a script that guesses them locks people out.
firewall_note() {
  case $role in
    gateway | single-node) echo "firewall: let in TCP 80 and 443 on the public address" ;;
    backend) [[ -z "$direct_host" ]] || echo "firewall: let in TCP 443 on the public address" ;;
  esac
  case $role in
    gateway) echo "firewall: let in TCP 8100-8122 from the private network only" ;;
    backend) echo "firewall: let in TCP 8110-8112 from the private network only" ;;
  esac
}
