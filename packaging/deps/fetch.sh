# shellcheck shell=bash disable=SC2154,SC2034,SC2164
# fetch.sh: find the Debian source packages, and unpack them. Read by build.
#
# apt does the work (mirrors, proxies, signatures), with folders of its own, so
# that nothing on the machine changes. It is asked which archives the machine
# uses; only Debian's own are taken, and each must be signed by Debian's keys.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# apt as the machine has it set up, but with our lists, cache and sources, and
# without what others have hooked on to an update.
configure_apt()
{
	mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"
	cat >"$work/apt/conf" <<-EOF
		Dir::State::Lists "$work/apt/lists";
		Dir::State::status "/dev/null";
		Dir::Cache "$work/apt";
		Dir::Etc::Preferences "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
		Debug::NoLocking "true";
		APT::Sandbox::User "$(id -un)";
		APT::Update::Error-Mode "any";
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
	EOF
}

private_apt()
{
	local program=$1
	shift

	"$program" -q -c "$work/apt/conf" "$@"
}

ours=(-o Dir::Etc::SourceParts=/dev/null)

# Lines "URI kind" of the Debian archives that the machine uses, kind being
# main, updates or security. Other people's archives have other components
# than main, or neither a folder debian nor Debian's suites.
list_archives()
{
	private_apt apt-get --print-uris update | awk -F"'" '
	match($2, "/dists/[^/]+/") {
		uri = substr($2, 1, RSTART - 1)
		rest = substr($2, RSTART + 7)
		suite = substr(rest, 1, index(rest, "/") - 1)
		if (rest ~ /\/main\/binary-/)
			seen[uri " " suite] = 1
		if (suite ~ /-(updates|security)$/ ||
		    uri ~ /\/debian(-security)?(\/|$)/)
			debian[uri] = 1
	}
	END {
		for (k in seen) {
			split(k, part, " ")
			if (!(part[1] in debian) || part[2] ~ /backports|proposed/)
				continue
			kind = "main"
			if (match(part[2], /-(updates|security)$/))
				kind = substr(part[2], RSTART + 1)
			print part[1], kind
		}
	}' | sort -u
}

write_source()
{
	local uri=$1 kind=$2 name=$suite

	[ "$kind" = main ] || name=$suite-$kind
	printf 'deb-src [signed-by=%s] %s %s main\n' "$keyring" "$uri" "$name"
}

# Fetch the indexes. An archive that cannot be read is left out, and said so,
# as long as one with the suite itself remains.
update_index()
{
	local list=$work/apt/sources.list one=$work/apt/one.list uri kind main=

	configure_apt
	list_archives >"$work/apt/archives.txt"
	while read -r uri kind; do
		write_source "$uri" "$kind"
	done <"$work/apt/archives.txt" >"$list"
	[ -s "$list" ] || die "apt knows no Debian archive here; name a folder" \
		"of sources with --sources"
	ours+=(-o Dir::Etc::SourceList="$list")
	if private_apt apt-get "${ours[@]}" update >"$out/log/apt.log" 2>&1; then
		return
	fi
	: >"$list"
	while read -r uri kind; do
		write_source "$uri" "$kind" >"$one"
		if private_apt apt-get "${ours[@]}" -o APT::Get::List-Cleanup=0 \
			-o Dir::Etc::SourceList="$one" update \
			>>"$out/log/apt.log" 2>&1; then
			cat "$one" >>"$list"
			[ "$kind" != main ] || main=1
		else
			say "left out, cannot be read: $(cat "$one")"
		fi
	done <"$work/apt/archives.txt"
	[ -n "$main" ] || die "no archive has $suite signed by Debian; see" \
		"$out/log/apt.log, or use --sources"
}

in_series()
{
	local package=$1 version=$2

	# The pattern is meant as one.
	# shellcheck disable=SC2053
	[[ ${version%-*} == ${series[$package]} ]] &&
		dpkg --compare-versions "$version" ge "${least[$package]}"
}

no_series()
{
	die "$1: found${2:+ $2}, but only ${series[$1]} (${least[$1]} or" \
		"newer) is known to work; README.md says how to move the series"
}

# Newest version of the series that the archive can really hand out: an index
# may already name a version that a mirror does not have yet.
fetch_package()
{
	local package=$1 full version all

	all=$(private_apt apt-cache "${ours[@]}" showsrc --only-source \
		"$package" | sed -n 's/^Version: //p' |
		sort -uVr)
	for full in $all; do
		version=${full#*:} # a file's name has no epoch
		in_series "$package" "$version" || continue
		if [ -f "$pool/${package}_$version.dsc" ] || (cd "$pool" &&
			private_apt apt-get "${ours[@]}" source --download-only \
				"$package=$full" >>"$out/log/apt.log" 2>&1); then
			chosen=$pool/${package}_$version.dsc
			return
		fi
		say "$package $version is announced but not there; trying the" \
			"one before"
	done
	[ -z "$all" ] || in_series "$package" "${version}" ||
		no_series "$package" "$(tr '\n' ' ' <<<"$all")"
	die "$package: cannot be fetched; see $out/log/apt.log"
}

# Newest of the files or folders that are there, or nothing.
newest()
{
	local f

	for f in "$@"; do
		[ ! -e "$f" ] || printf '%s\n' "$f"
	done | sort -V | tail -n1
}

# The best source of a package in a folder: .dsc, then folder, then tarball.
look_in()
{
	local dir=$1 package=$2 name=${2%1} f

	f=$(newest "$dir/${package}"_*.dsc)
	[ -n "$f" ] || f=$(newest "$dir/$package"-[0-9]*/ "$dir/$name"-[0-9]*/ \
		"$dir/$name/")
	[ -n "$f" ] || f=$(newest "$dir/${package}"_*.orig.tar.[gx]z \
		"$dir/$name"-*.tar.[gx]z "$dir/$name"-*.tar.bz2)
	chosen=$f
}

# What the unpacked source says of itself.
own_version()
{
	case $1 in
	curl)
		sed -n 's/^#define LIBCURL_VERSION "\([0-9.]*\).*/\1/p' \
			"$2/include/curl/curlver.h"
		;;
	openssl)
		awk -F= '/^(MAJOR|MINOR|PATCH)=/ { v = v "." $2 }
			END { print substr(v, 2) }' "$2/VERSION.dat"
		;;
	zlib)
		sed -n 's/^#define ZLIB_VERSION "\([0-9.]*\).*/\1/p' "$2/zlib.h"
		;;
	libarchive)
		sed -n 's/^#define[[:space:]]*ARCHIVE_VERSION_ONLY_STRING "\([0-9.]*\).*/\1/p' \
			"$2/libarchive/archive.h"
		;;
	libuv1)
		awk '/define UV_VERSION_(MAJOR|MINOR|PATCH) / { v = v "." $3 }
			END { print substr(v, 2) }' "$2/include/uv/version.h"
		;;
	musl) cat "$2/VERSION" ;;
	esac
}

unpack()
{
	local from=$1 to=$2 patches f

	case $from in
	*.dsc)
		dpkg-source --no-copy -x "$from" "$to"
		;;
	*/)
		cp -a "$from." "$to"
		;;
	*)
		mkdir "$to"
		tar -C "$to" --strip-components=1 -xf "$from"
		patches=$(newest "${from%%.orig.tar.*}"-*.debian.tar.[gx]z)
		[ -n "$patches" ] || return 0
		tar -C "$to" -xf "$patches"
		sed 's/#.*//; /^[[:space:]]*$/d' "$to/debian/patches/series" |
			while read -r f _; do
				patch -s --no-backup-if-mismatch -d "$to" \
					-p1 <"$to/debian/patches/$f"
			done
		;;
	esac
}

digest()
{
	if [ -d "$1" ]; then
		(cd "$1" && find . -type f -print0 | sort -z |
			xargs -0 sha256sum | sha256sum)
	else
		sha256sum "$1"
	fi | cut -d' ' -f1
}

# Unpack a package as $work/NAME and note what it is: name, version, Debian
# revision, SHA-256 of what it came from (a .dsc holds those of its files).
take()
{
	local package=$1 from=$2 version revision=-

	unpack "$from" "$work/$package" >"$out/log/unpack-$package.log" 2>&1 ||
		die "$from: cannot be unpacked; see $out/log/unpack-$package.log"
	version=$(own_version "$package" "$work/$package")
	in_series "$package" "${version:-none}-0" ||
		no_series "$package" "$version"
	case $from in
	*.dsc) revision=$(basename "${from##*-}" .dsc) ;;
	esac
	printf '%s %s %s %s\n' "$package" "$version" "$revision" \
		"$(digest "$from")" >>"$work/versions"
	say "$package $version${revision:+ ($revision)}"
}

# Where the sources come from: the folder named, what was fetched before, or
# the archive.
find_sources()
{
	local package chosen pool=$out/sources ready=1

	: >"$work/versions"
	mkdir -p "$pool"
	for package in "${packages[@]}"; do
		look_in "$pool" "$package"
		[ -n "$chosen" ] || ready=
	done
	if [ -z "$sources" ] && { [ -z "$ready" ] || [ -n "$refresh" ]; }; then
		update_index
	fi
	for package in "${packages[@]}"; do
		if [ -n "$sources" ]; then
			look_in "$sources" "$package"
			[ -n "$chosen" ] || die "$sources: no source of $package"
		elif [ -n "$ready" ] && [ -z "$refresh" ]; then
			look_in "$pool" "$package"
		else
			fetch_package "$package"
		fi
		take "$package" "$chosen"
	done
}
