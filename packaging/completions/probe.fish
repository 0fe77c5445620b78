# fish completion of probe(8); printed by `probe list options --format fish`.

function __probe_command
	for w in (commandline -opc)[2..-1]
		switch $w
			case --now
				echo now
				return
			case '-*'
			case '*'
				echo $w
				return
		end
	end
end
function __probe_needs_command
	set -l w (__probe_command)
	test -z "$w"
end
function __probe_is
	set -l w (__probe_command)
	test "$w" = $argv[1]
end
function __probe_ids
	for t in $argv
		probe list $t 2>/dev/null | string replace -r ' .*' ''
	end
end
complete -c probe -f
complete -c probe -n __probe_needs_command -l now -d 'look at this instance'
complete -c probe -l help -s h -d 'how to call probe'
complete -c probe -n __probe_needs_command -a bake-check -d 'what must not stay in an image that instances are made from'
complete -c probe -n '__probe_is bake-check' -l root -xa '(__fish_complete_directories)' -d 'look at an image mounted at DIR, not at this machine'
complete -c probe -n __probe_needs_command -a bundle -d 'the evidence in one file for somebody else, without its secrets'
complete -c probe -n '__probe_is bundle' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n '__probe_is bundle' -l deadline -x -d 'print what is known by then, whatever still hangs'
complete -c probe -n '__probe_is bundle' -l limit -x -d 'other thresholds than those of `probe list limits`'
complete -c probe -n '__probe_is bundle' -l root -xa '(__fish_complete_directories)' -d 'judge what record left in DIR, or a bundle, not this machine'
complete -c probe -n '__probe_is bundle' -l since -x -d 'how far back logs are read'
complete -c probe -n '__probe_is bundle' -l skip -xa '(__probe_ids checks)' -d 'leave these checks out'
complete -c probe -n '__probe_is bundle' -rF
complete -c probe -n __probe_needs_command -a daemon -d 'watch this instance all the time, as probe.conf says'
complete -c probe -n '__probe_is daemon' -l check -d 'only say whether probe.conf is well'
complete -c probe -n '__probe_is daemon' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n __probe_needs_command -a diff -d 'what changed since this instance was last well'
complete -c probe -n '__probe_is diff' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n '__probe_is diff' -l deadline -x -d 'print what is known by then, whatever still hangs'
complete -c probe -n '__probe_is diff' -l json -d 'print it as JSON'
complete -c probe -n '__probe_is diff' -l root -xa '(__fish_complete_directories)' -d 'judge what record left in DIR, or a bundle, not this machine'
complete -c probe -n __probe_needs_command -a explain -d 'what a finding or a cause means, how to confirm and how to mend it; why-not: what keeps the daemon from acting now'
complete -c probe -n '__probe_is explain' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n '__probe_is explain' -l root -xa '(__fish_complete_directories)' -d 'judge what record left in DIR, or a bundle, not this machine'
complete -c probe -n '__probe_is explain' -xa '(__probe_ids causes findings checks)'
complete -c probe -n __probe_needs_command -a help -d 'how to call probe'
complete -c probe -n '__probe_is help' -xa 'bake-check bundle daemon diff explain help history hold last lint list log look now record release send version'
complete -c probe -n __probe_needs_command -a history -d 'what went wrong when, for how long, and what was done about it'
complete -c probe -n '__probe_is history' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n '__probe_is history' -l since -x -d 'how far back'
complete -c probe -n '__probe_is history' -l json -d 'print it as JSON'
complete -c probe -n '__probe_is history' -l verbose -s v -d 'print every check, finding and endpoint; what each reader sees'
complete -c probe -n __probe_needs_command -a hold -d 'keep the daemon from acting for so long (2h "patching"), across reboots'
complete -c probe -n '__probe_is hold' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n '__probe_is hold' -x
complete -c probe -n __probe_needs_command -a last -d 'what the daemon'\''s newest record says (sink plugin); looks at nothing'
complete -c probe -n '__probe_is last' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n '__probe_is last' -l format -xa 'nagios npd json' -d 'how to print it; npd is node-problem-detector'
complete -c probe -n __probe_needs_command -a lint -d 'check ecs.config as both its readers see it; - is stdin'
complete -c probe -n '__probe_is lint' -l verbose -s v -d 'print every check, finding and endpoint; what each reader sees'
complete -c probe -n '__probe_is lint' -rF
complete -c probe -n __probe_needs_command -a list -d 'print a table of the program'
complete -c probe -n '__probe_is list' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n '__probe_is list' -l cost -d 'with list metrics: the month'\''s bill for so many INSTANCES, with so many CAUSES standing in each of the CLUSTERS'
complete -c probe -n '__probe_is list' -l format -xa 'text md man conf bash zsh fish' -d 'how to print the table; man is for options and conf, conf for conf'
complete -c probe -n '__probe_is list' -xa 'checks findings causes options limits conf record metrics sinks actions guards verbs bundle'
complete -c probe -n __probe_needs_command -a log -d 'name the one cause behind what the agent wrote in FILEs; - is stdin'
complete -c probe -n '__probe_is log' -l format -xa 'text json nagios cases' -d 'how to print the answer; cases is for tests'
complete -c probe -n '__probe_is log' -l verbose -s v -d 'print every check, finding and endpoint; what each reader sees'
complete -c probe -n '__probe_is log' -rF
complete -c probe -n __probe_needs_command -a look -d 'leave for the daemon what only root sees; run by probe-helper'
complete -c probe -n '__probe_is look' -x
complete -c probe -n __probe_needs_command -a now -d 'look at this instance and name what is wrong; also --now'
complete -c probe -n '__probe_is now' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n '__probe_is now' -l deadline -x -d 'print what is known by then, whatever still hangs'
complete -c probe -n '__probe_is now' -l format -xa 'text json nagios cases' -d 'how to print the answer; cases is for tests'
complete -c probe -n '__probe_is now' -l limit -x -d 'other thresholds than those of `probe list limits`'
complete -c probe -n '__probe_is now' -l now -d 'the command now, written as an option'
complete -c probe -n '__probe_is now' -l only -xa '(__probe_ids checks)' -d 'run these checks alone'
complete -c probe -n '__probe_is now' -l root -xa '(__fish_complete_directories)' -d 'judge what record left in DIR, or a bundle, not this machine'
complete -c probe -n '__probe_is now' -l since -x -d 'how far back logs are read'
complete -c probe -n '__probe_is now' -l skip -xa '(__probe_ids checks)' -d 'leave these checks out'
complete -c probe -n '__probe_is now' -l verbose -s v -d 'print every check, finding and endpoint; what each reader sees'
complete -c probe -n '__probe_is now' -l wait -x -d 'look again and again until all is well, at most so long; then print'
complete -c probe -n __probe_needs_command -a record -d 'the same, and leave in DIR what was read, for now --root DIR'
complete -c probe -n '__probe_is record' -l deadline -x -d 'print what is known by then, whatever still hangs'
complete -c probe -n '__probe_is record' -l format -xa 'text json nagios cases' -d 'how to print the answer; cases is for tests'
complete -c probe -n '__probe_is record' -l limit -x -d 'other thresholds than those of `probe list limits`'
complete -c probe -n '__probe_is record' -l only -xa '(__probe_ids checks)' -d 'run these checks alone'
complete -c probe -n '__probe_is record' -l root -xa '(__fish_complete_directories)' -d 'judge what record left in DIR, or a bundle, not this machine'
complete -c probe -n '__probe_is record' -l since -x -d 'how far back logs are read'
complete -c probe -n '__probe_is record' -l skip -xa '(__probe_ids checks)' -d 'leave these checks out'
complete -c probe -n '__probe_is record' -l verbose -s v -d 'print every check, finding and endpoint; what each reader sees'
complete -c probe -n '__probe_is record' -xa '(__fish_complete_directories)'
complete -c probe -n __probe_needs_command -a release -d 'end a hold; what was handed over to a person may be tried again'
complete -c probe -n '__probe_is release' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n __probe_needs_command -a send -d 'send what waits in the spool, and the records of FILEs (- is stdin), to the sinks of probe.conf; not while the daemon runs'
complete -c probe -n '__probe_is send' -l conf -rF -d 'the daemon'\''s settings'
complete -c probe -n '__probe_is send' -l wait -x -d 'how long it may take'
complete -c probe -n '__probe_is send' -l show -d 'only print the events that would go to CloudWatch'
complete -c probe -n '__probe_is send' -rF
complete -c probe -n __probe_needs_command -a version -d 'what this program is built from'
