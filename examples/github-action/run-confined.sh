#!/usr/bin/env bash
# Runs $SCRIPT confined in the workspace. It may set outputs and the summary of its step. GITHUB_ENV and GITHUB_PATH are
# closed to it: what it wrote there would run in the steps that follow, unconfined.
set -euo pipefail
writable=()
for file in "${GITHUB_OUTPUT:-}" "${GITHUB_STEP_SUMMARY:-}"; do
  [ -z "$file" ] || writable+=(--allow-file "$file")
done
script=$SCRIPT
read -r -a flags <<<"${FLAGS:-}"
unset SCRIPT FLAGS GITHUB_ENV GITHUB_PATH GITHUB_STATE ACTIONS_RUNTIME_TOKEN ACTIONS_ID_TOKEN_REQUEST_TOKEN
exec nono run --allow "$GITHUB_WORKSPACE" --workdir "$GITHUB_WORKSPACE" "${writable[@]}" "${flags[@]}" \
  -- bash --noprofile --norc -euo pipefail -c "$script"
