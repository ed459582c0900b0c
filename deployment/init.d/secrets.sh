# The fleet's authority, the nodes' certificates, the site's certificate, and the file that
# takes the fleet's secrets to other nodes. Sourced by `init`.
# shellcheck shell=bash disable=SC2034,SC2154 # `init` has the variables.

readonly AUTHORITY_DAYS=3650
# A node's certificate is made anew by `init` when less than this is left of it.
readonly NODE_DAYS=825
readonly RENEW_SECONDS=$((30 * 24 * 3600))
readonly FLEET_FILE_HEAD='# instantchat fleet, version 1. Whoever has this file can join the fleet: keep it secret.'

# The gateway alone makes the authority, once.
fleet_authority() {
  local folder=$layout/tls/authority
  [[ -s "$folder/ca.pem" && -s "$folder/ca-key.pem" ]] \
    || change "make the fleet's authority in $folder" make_authority "$folder"
  joined_authority_from "$folder/ca.pem"
}

make_authority() {
  local folder=$1
  (
    umask 077
    mkdir -p "$folder"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$AUTHORITY_DAYS" \
      -subj "/CN=instantchat fleet" -keyout "$folder/ca-key.pem" -out "$folder/ca.pem" \
      -addext basicConstraints=critical,CA:TRUE,pathlen:0 \
      -addext keyUsage=critical,keyCertSign,cRLSign 2> /dev/null
  )
}

# On other nodes the authority is what the fleet file brought.
joined_authority() {
  place "$layout/tls/fleet/ca.pem" 0644 <<< "$fleet_ca"
}

joined_authority_from() {
  if [[ -s "$1" ]]; then place "$layout/tls/fleet/ca.pem" 0644 < "$1"; fi
}

# node_certificate NAME: for this node's private address, its name and the machine's.
node_certificate() {
  local folder=$layout/tls/fleet name=$1
  if [[ -s "$folder/node.pem" && -s "$folder/node-key.pem" && -s "$folder/ca.pem" ]] \
    && openssl x509 -in "$folder/node.pem" -noout -checkend "$RENEW_SECONDS" > /dev/null \
    && openssl x509 -in "$folder/node.pem" -noout -checkip "$address" | grep -q 'does match' \
    && openssl verify -CAfile "$folder/ca.pem" "$folder/node.pem" > /dev/null 2>&1; then
    return 0
  fi
  change "make this node's certificate for $address in $folder" make_node_certificate "$folder" "$name"
}

make_node_certificate() {
  local folder=$1 name=$2 work
  work=$(mktemp -d)
  chmod 0700 "$work"
  authority_into "$work"
  cat > "$work/extensions" << END
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = IP:$address, DNS:$name, DNS:$(hostname)
END
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
    -keyout "$work/node-key.pem" -out "$work/node.csr" 2> /dev/null
  openssl x509 -req -in "$work/node.csr" -CA "$work/ca.pem" -CAkey "$work/ca-key.pem" \
    -set_serial "0x$(openssl rand -hex 16)" -days "$NODE_DAYS" -extfile "$work/extensions" \
    -out "$work/node.pem" 2> /dev/null
  mkdir -p "$folder"
  key_file "$work/node-key.pem" "$folder/node-key.pem"
  install -m 0644 "$work/node.pem" "$folder/node.pem"
  rm -rf "$work"
}

authority_into() {
  if [[ "$role" == gateway ]]; then
    cp "$layout/tls/authority/ca.pem" "$layout/tls/authority/ca-key.pem" "$1/"
  else
    printf '%s\n' "$fleet_ca" > "$1/ca.pem"
    printf '%s\n' "$fleet_ca_key" > "$1/ca-key.pem"
  fi
}

# key_file FROM TO: readable by root and by the processes.
key_file() {
  if [[ "$(id -u)" == 0 ]]; then
    install -m 0640 -o root -g "$INSTANTCHAT_GID" "$1" "$2"
  else
    install -m 0600 "$1" "$2"
  fi
}

# The site's: the one that was named, or a self-signed one, until there is a real one.
site_certificate() {
  local folder=$layout/tls/site
  if [[ -n "$certificate" ]]; then
    [[ "$(openssl x509 -in "$certificate" -noout -pubkey)" == "$(openssl pkey -in "$key" -pubout)" ]] \
      || fail "$key is not the key of $certificate"
    if ! cmp -s "$certificate" "$folder/certificate.pem" || ! cmp -s "$key" "$folder/key.pem"; then
      change "take the site's certificate into $folder" take_site_certificate "$folder"
    fi
    return 0
  fi
  [[ ! -s "$folder/certificate.pem" || ! -s "$folder/key.pem" ]] || return 0
  change "make a self-signed certificate for ${hosts[*]} in $folder" self_signed "$folder"
  # Who insists on TLS would be locked out by a certificate that browsers refuse.
  [[ "$role" != gateway && "$role" != single-node ]] || set_value HSTS_SECONDS 0
}

take_site_certificate() {
  mkdir -p "$1"
  key_file "$key" "$1/key.pem.new"
  install -m 0644 "$certificate" "$1/certificate.pem.new"
  mv "$1/key.pem.new" "$1/key.pem"
  mv "$1/certificate.pem.new" "$1/certificate.pem"
}

self_signed() {
  local folder=$1 names='' host work
  for host in "${hosts[@]}"; do
    if [[ "$host" =~ ^[0-9.]+$ || "$host" == *:* ]]; then names+=",IP:$host"; else names+=",DNS:$host"; fi
  done
  mkdir -p "$folder"
  work=$(mktemp -d)
  (
    umask 077
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 \
      -subj "/CN=${hosts[0]}" -addext "subjectAltName=${names#,}" \
      -keyout "$work/key.pem" -out "$work/certificate.pem" 2> /dev/null
  )
  key_file "$work/key.pem" "$folder/key.pem"
  install -m 0644 "$work/certificate.pem" "$folder/certificate.pem"
  rm -rf "$work"
}

# What another node needs: where the gateway is, the secret, and the authority with its key.
write_fleet_file() {
  [[ "$dry_run" == no || -s "$layout/tls/authority/ca.pem" ]] || return 0
  place "$1" 0600 << END
$FLEET_FILE_HEAD
GATEWAY_ADDRESS=$address
FLEET_SECRET=$(value FLEET_SECRET)
FLEET_SECRET_PREVIOUS=$(value FLEET_SECRET_PREVIOUS)
CA=$(base64 -w 0 < "$layout/tls/authority/ca.pem")
CA_KEY=$(base64 -w 0 < "$layout/tls/authority/ca-key.pem")
END
}

field() {
  sed -n "s/^$2=//p" "$1" | tail -n 1
}

read_fleet_file() {
  [[ "$(head -n 1 "$1")" == "$FLEET_FILE_HEAD" ]] || refuse "$1: not a fleet file of this version"
  fleet_gateway=$(field "$1" GATEWAY_ADDRESS)
  fleet_secret=$(field "$1" FLEET_SECRET)
  fleet_secret_previous=$(field "$1" FLEET_SECRET_PREVIOUS)
  fleet_ca=$(field "$1" CA | base64 -d)
  fleet_ca_key=$(field "$1" CA_KEY | base64 -d)
  [[ -n "$fleet_gateway" && -n "$fleet_secret" && -n "$fleet_ca" && -n "$fleet_ca_key" ]] \
    || refuse "$1: incomplete; write it again with \`init gateway\`"
}
