# shellcheck shell=bash
# bash completion of probe(8); printed by `probe list options --format bash`.

_probe_ids()
{
	probe list "$1" 2>/dev/null | cut -d ' ' -f 1
}

_probe_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_probe()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} cmd='' i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--now) cmd=now && break ;;
		-*) ;;
		*) cmd=${COMP_WORDS[i]} && break ;;
		esac
	done
	case "$cmd $prev" in
	'bake-check --root') mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	'bundle --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'bundle --deadline') :; return ;;
	'bundle --limit') :; return ;;
	'bundle --root') mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	'bundle --since') :; return ;;
	'bundle --skip') _probe_words "$(_probe_ids checks)"; return ;;
	'daemon --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'diff --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'diff --deadline') :; return ;;
	'diff --root') mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	'explain --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'explain --root') mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	'history --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'history --since') :; return ;;
	'hold --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'last --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'last --format') _probe_words 'nagios npd json'; return ;;
	'list --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'list --format') _probe_words 'text md man conf bash zsh fish'; return ;;
	'log --format') _probe_words 'text json nagios cases'; return ;;
	'now --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'now --deadline') :; return ;;
	'now --format') _probe_words 'text json nagios cases'; return ;;
	'now --limit') :; return ;;
	'now --only') _probe_words "$(_probe_ids checks)"; return ;;
	'now --root') mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	'now --since') :; return ;;
	'now --skip') _probe_words "$(_probe_ids checks)"; return ;;
	'now --wait') :; return ;;
	'record --deadline') :; return ;;
	'record --format') _probe_words 'text json nagios cases'; return ;;
	'record --limit') :; return ;;
	'record --only') _probe_words "$(_probe_ids checks)"; return ;;
	'record --root') mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	'record --since') :; return ;;
	'record --skip') _probe_words "$(_probe_ids checks)"; return ;;
	'release --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'send --conf') mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	'send --wait') :; return ;;
	esac
	case "$cur $cmd" in
	-*' bake-check') _probe_words '--help --root --version ' ;;
	-*' bundle') _probe_words '--conf --deadline --help --limit --root --since --skip --version ' ;;
	*' bundle') mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	-*' daemon') _probe_words '--check --conf --help --version ' ;;
	-*' diff') _probe_words '--conf --deadline --help --json --root --version ' ;;
	-*' explain') _probe_words '--conf --help --root --version ' ;;
	*' explain') _probe_words "$(_probe_ids causes; _probe_ids findings; _probe_ids checks)" ;;
	-*' help') _probe_words '--help --version ' ;;
	*' help') _probe_words 'bake-check bundle daemon diff explain help history hold last lint list log look now record release send version' ;;
	-*' history') _probe_words '--conf --help --since --json --verbose --version ' ;;
	-*' hold') _probe_words '--conf --help --version ' ;;
	*' hold') : ;;
	-*' last') _probe_words '--conf --help --format --version ' ;;
	-*' lint') _probe_words '--help --verbose --version ' ;;
	*' lint') mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	-*' list') _probe_words '--conf --cost --help --format --version ' ;;
	*' list') _probe_words 'checks findings causes options limits conf record metrics sinks actions guards verbs bundle' ;;
	-*' log') _probe_words '--format --help --verbose --version ' ;;
	*' log') mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	-*' look') _probe_words '--help --version ' ;;
	*' look') : ;;
	-*' now') _probe_words '--conf --deadline --format --help --limit --now --only --root --since --skip --verbose --version --wait ' ;;
	-*' record') _probe_words '--deadline --format --help --limit --only --root --since --skip --verbose --version ' ;;
	*' record') mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
	-*' release') _probe_words '--conf --help --version ' ;;
	-*' send') _probe_words '--conf --help --wait --show --version ' ;;
	*' send') mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	-*' version') _probe_words '--help --version ' ;;
	*' ') _probe_words '--now --help --version bake-check bundle daemon diff explain help history hold last lint list log look now record release send version' ;;
	esac
}
complete -o filenames -F _probe probe
