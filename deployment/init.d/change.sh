# Changes, each of which is told, counted, and left out in a dry run. Sourced by `init`.
# shellcheck shell=bash disable=SC2034,SC2154 # `init` has the variables.

# The user and the group in the images, which read what is written here.
readonly INSTANTCHAT_UID=10001 INSTANTCHAT_GID=10001

changes=0

refuse() {
  echo "init: $1" >&2
  exit 64
}

fail() {
  echo "init: $1" >&2
  exit 1
}

# change DESCRIPTION COMMAND…: what is not as it should be is put right.
change() {
  local description=$1
  shift
  changes=$((changes + 1))
  if [[ "$dry_run" == yes ]]; then
    echo "would $description"
    return 0
  fi
  echo "$description"
  "$@"
}

# place FILE MODE: the standard input becomes the file's content, at once or not at all.
place() {
  local file=$1 mode=$2 content
  content=$(cat; echo .)
  if [[ -f "$file" ]] && cmp -s "$file" <(printf %s "${content%.}"); then return 0; fi
  change "write $file" place_now "$file" "$mode" "${content%.}"
}

place_now() {
  local file=$1 mode=$2 content=$3
  mkdir -p "$(dirname "$file")"
  (umask 077 && printf %s "$content" > "$file.new")
  chmod "$mode" "$file.new"
  mv "$file.new" "$file"
}

report() {
  if ((changes == 0)); then
    echo "Nothing to change."
  elif [[ "$dry_run" == yes ]]; then
    echo "$changes changes would be made."
  else
    echo "$changes changes made."
  fi
}
