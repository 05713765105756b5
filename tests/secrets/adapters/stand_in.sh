#!/bin/sh
# Every stand-in is a link to this: a program that was just written cannot always be started.
{ printf '%s' "${0##*/}"; printf '|%s' "$@"; echo; } >>"$CALLS"
. "$STATE/scripts/${0##*/}"
