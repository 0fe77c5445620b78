# shellcheck shell=bash disable=SC2154,SC2034,SC2164
# recipe.sh: how each library is configured and compiled. Read by build.

declare -A archive=([curl]=libcurl.a [openssl]=libcrypto.a [libuv1]=libuv.a
	[zlib]=libz.a [libarchive]=libarchive.a [musl]=../musl/lib/libc.a)

# What probe does not need. Left: TLS 1.2 and 1.3, RSA, ECDSA, X25519, AES-GCM,
# ChaCha20-Poly1305, SHA-1 and SHA-2, HMAC, PEM, PKCS #8, X.509.
openssl_without="
	afalgeng apps argon2 aria async autoload-config bf blake2 camellia
	capieng cast cmac cmp cms comp ct deprecated des dgram dh docs dsa dso
	dtls ec2m egd engine filenames fips-post fips-securitychecks gost http
	idea integrity-only-ciphers ktls legacy loadereng makedepend md4 mdc2
	ml-dsa ml-kem module multiblock nextprotoneg ocb ocsp padlockeng pic
	psk quic rc2 rc4 rfc3779 rmd160 scrypt secure-memory seed shared
	siphash siv slh-dsa sm2 sm3 sm4 srp srtp ssl-trace ssl3 ssl3-method
	static-engine tests thread-pool tls-deprecated-ec tls1 tls1-method
	tls1_1 tls1_1-method ts ui-console whirlpool"

# The resolver stays the plain one: probe looks names up itself and pins every
# address, so curl never asks.
curl_disable="
	alt-svc ares bearer-auth bindlocal cookies dateparse dict digest-auth
	dnsshuffle docs doh file form-api ftp get-easy-options gopher hsts
	imap ipfs kerberos-auth ldap ldaps libcurl-option manual mime mqtt
	negotiate-auth netrc ntlm openssl-auto-load-config pop3 progress-meter
	rtsp sha512-256 shared smb smtp socketpair telnet tftp
	threaded-resolver tls-srp websockets"
curl_without="
	brotli ca-bundle ca-path libgsasl libidn2 libpsl librtmp libssh
	libssh2 libuv nghttp2 nghttp3 ngtcp2 zlib zstd"

# Left: tar and pax, and gzip by zlib.
libarchive_without="
	bz2lib cng expat iconv libb2 lz4 lzma lzo2 mbedtls nettle openssl xml2
	zstd"

# Sources of libuv on Linux; the marked ones came or went between releases.
libuv_files="
	fs-poll idna inet random strscpy? strtok? thread-common? threadpool
	timer uv-common uv-data-getter-setters version
	unix/async unix/core unix/dl unix/epoll? unix/fs unix/getaddrinfo
	unix/getnameinfo unix/linux? unix/linux-core? unix/linux-inotify?
	unix/linux-syscalls? unix/loop unix/loop-watcher unix/pipe unix/poll
	unix/process unix/procfs-exepath unix/proctitle unix/random-devurandom
	unix/random-getrandom unix/random-sysctl-linux unix/signal unix/stream
	unix/tcp unix/thread unix/tty unix/udp"

small="-Os -ffunction-sections -fdata-sections"
small+=" -fno-asynchronous-unwind-tables -fno-unwind-tables"

# Folder that holds the kernel's headers linux/ and asm-generic/.
kernel_headers()
{
	if [ "$arch" = "$(uname -m)" ]; then
		echo /usr/include
	else
		echo "/usr/$arch-linux-gnu/include"
	fi
}

# musl's headers know nothing of the kernel's: a folder of links, to be
# searched last, adds them without the other libc's.
link_kernel_headers()
{
	local from to=$out/kernel-include asm

	from=$(kernel_headers)
	asm=$from/$arch-linux-gnu/asm
	[ -d "$asm" ] || asm=$from/asm
	mkdir -p "$to"
	ln -sfn "$from/linux" "$to/linux"
	ln -sfn "$from/asm-generic" "$to/asm-generic"
	ln -sfn "$asm" "$to/asm"
}

# jsmn is a header of Debian's libjsmn-dev, out of sight of musl's compiler.
copy_jsmn()
{
	cp /usr/include/jsmn.h "$out/include/"
}

# words PREFIX LIST: each word of the list with the prefix, on its own line.
words()
{
	local w

	for w in $2; do
		printf '%s%s\n' "$1" "$w"
	done
}

# OpenSSL's generators of assembler ask the compiler for the version of the
# assembler and, for an old one, leave out the AVX variants: about 0.9 MB that
# serve bulk encryption. AES-NI stays. The compiler's name ends up in libcrypto.
write_plain_compiler()
{
	mkdir "$work/bin"
	cat >"$work/bin/plain-cc" <<-EOF
		#!/bin/sh
		case " \$* " in *' -Wa,-v '*)
			echo 'GNU assembler version 2.10'
			exit ;;
		esac
		exec $cc "\$@"
	EOF
	chmod +x "$work/bin/plain-cc"
}

# Debian's cross compiler comes with glibc's idea of the target. -B makes it
# find musl's start files and libraries before any other, and what is linked is
# static, whoever asks. gcc's own headers stay.
write_cross_compiler()
{
	local own

	own=$("$base_cc" -print-file-name=include)
	mkdir -p "$out/bin"
	cat >"$out/bin/$cc" <<-EOF
		#!/bin/sh
		musl=\${0%/*}/../musl
		exec $base_cc -static -B"\$musl/lib/" "\$@" -nostdinc \\
			-isystem "\$musl/include" -isystem $own
	EOF
	chmod +x "$out/bin/$cc"
}

build_musl()
{
	cd "$work/musl"
	rm -rf "$out/musl"
	CC=$base_cc AR=${cross}ar RANLIB=${cross}ranlib ./configure \
		--target="$triple" --prefix="$out/musl" --disable-shared \
		--disable-wrapper
	make -j"$jobs"
	make install
	write_cross_compiler
}

build_openssl()
{
	local options

	mapfile -t options < <(words no- "$openssl_without")
	write_plain_compiler
	mkdir "$work/openssl-build"
	cd "$work/openssl-build"
	export PATH=$work/bin:$PATH
	../openssl/Configure "$openssl_target" --prefix=/usr --libdir=lib \
		--openssldir=/nonexistent "${options[@]}" CC=plain-cc \
		"AR=${cross}ar" "RANLIB=${cross}ranlib" "CFLAGS=$small -fPIE"
	make -j"$jobs" build_libs
	cp libssl.a libcrypto.a "$out/lib/"
	rm -rf "$out/include/openssl"
	cp -R ../openssl/include/openssl "$out/include/"
	cp -R include/openssl "$out/include/"
	rm -f "$out/include/openssl/"*.in
}

build_libuv1()
{
	local f src=../libuv1/src objects=()

	mkdir "$work/libuv-build"
	cd "$work/libuv-build"
	for f in $libuv_files; do
		[ -f "$src/${f%\?}.c" ] || [ "${f%\?}" = "$f" ] || continue
		f=${f%\?}
		objects+=("${f//\//-}.o")
		printf '%s\0' "${f//\//-}.o" "$src/$f.c"
	done >list
	# The flags are words.
	# shellcheck disable=SC2086
	xargs -0 -n2 -P"$jobs" "$cc" $small -fPIE -std=gnu11 -D_GNU_SOURCE \
		-D_FILE_OFFSET_BITS=64 -D_LARGEFILE_SOURCE -I../libuv1/include \
		-I../libuv1/src -idirafter "$out/kernel-include" -c -o <list
	rm -f "$out/lib/libuv.a"
	"${cross}ar" rcs "$out/lib/libuv.a" "${objects[@]}"
	rm -rf "$out/include/uv"
	cp -R ../libuv1/include/uv.h ../libuv1/include/uv "$out/include/"
}

build_zlib()
{
	cd "$work/zlib"
	CC=$cc AR=${cross}ar RANLIB=${cross}ranlib CFLAGS="$small -fPIE" \
		./configure --static --prefix=/usr
	make -j"$jobs" libz.a
	cp libz.a "$out/lib/"
	cp zlib.h zconf.h "$out/include/"
}

# Debian's patches make the generated files look old: autotools stay away.
build_libarchive()
{
	local options

	mapfile -t options < <(words --without- "$libarchive_without"
		words --disable- "acl bsdcat bsdcpio bsdtar bsdunzip shared
			xattr dependency-tracking")
	mkdir "$work/libarchive-build"
	cd "$work/libarchive-build"
	../libarchive/configure --prefix=/usr --host="$triple" \
		--build="$(uname -m)-linux-gnu" "${options[@]}" "CC=$cc" \
		"AR=${cross}ar" "RANLIB=${cross}ranlib" "NM=${cross}nm" \
		"CFLAGS=$small -fPIE" "CPPFLAGS=-I$out/include" \
		"LDFLAGS=-L$out/lib -static" PKG_CONFIG=false
	make -j"$jobs" AUTOMAKE=: AUTOCONF=: ACLOCAL=: AUTOHEADER=: \
		libarchive.la
	cp .libs/libarchive.a "$out/lib/"
	cp ../libarchive/libarchive/archive.h \
		../libarchive/libarchive/archive_entry.h "$out/include/"
}

build_curl()
{
	local options cflags="$small -fPIE" ldflags="-L$out/lib -static"
	local cppflags="-I$out/include" ssl="$out"

	if [ "$flavor" = host ]; then
		cflags="-O1 -g -fPIC -fno-omit-frame-pointer" ldflags=
		cppflags='' ssl=/usr
	fi
	mapfile -t options < <(words --disable- "$curl_disable"
		words --without- "$curl_without")
	mkdir "$work/curl-build"
	cd "$work/curl-build"
	../curl/configure --prefix=/usr --host="$triple" \
		--build="$(uname -m)-linux-gnu" --enable-static --enable-aws \
		--enable-http --enable-proxy --enable-ipv6 --enable-verbose \
		--enable-unix-sockets --enable-basic-auth --enable-http-auth \
		--enable-headers-api --enable-symbol-hiding \
		--disable-dependency-tracking "${options[@]}" \
		--with-openssl="$ssl" "CC=$cc" "AR=${cross}ar" \
		"RANLIB=${cross}ranlib" "NM=${cross}nm" "CFLAGS=$cflags" \
		"CPPFLAGS=$cppflags" "LDFLAGS=$ldflags" PKG_CONFIG=false
	make -C lib -j"$jobs" V=1 libcurl.la
	cp lib/.libs/libcurl.a "$out/lib/"
	rm -rf "$out/include/curl"
	mkdir "$out/include/curl"
	cp ../curl/include/curl/*.h "$out/include/curl/"
}

# A recipe in a shell of its own, with what it says in a file. (Not as the
# condition of an if: -e has no force there.)
run_recipe()
{
	local name=$1 log=$out/log/$1.log started=$SECONDS status

	set +e
	(
		set -e
		"build_$name"
	) >"$log" 2>&1 </dev/null
	status=$?
	set -e
	if [ "$status" -ne 0 ]; then
		tail -n 30 "$log" | cut -c 1-200 >&2
		die "$name cannot be built; see $log"
	fi
	say "$name built in $((SECONDS - started)) s"
}

build_all()
{
	local package

	# Same input, same output: no build date, nothing from a make above.
	export SOURCE_DATE_EPOCH=0
	unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL CONFIG_SITE CC CFLAGS \
		CPPFLAGS LDFLAGS LIBS AR RANLIB CROSS_COMPILE
	[ -z "$cross" ] || export PATH=$out/bin:$PATH
	copy_jsmn
	[ "$flavor" != musl ] || link_kernel_headers
	for package in "${packages[@]}"; do
		run_recipe "$package"
	done
}

# installed PACKAGE: upstream version of an installed Debian package.
installed()
{
	# The variable is dpkg-query's.
	# shellcheck disable=SC2016
	dpkg-query -W -f '${Version}' "$1" 2>/dev/null |
		sed 's/^[0-9]*://; s/-[^-]*$//'
}

# A header for --version: what is inside.
write_header()
{
	local name version revision _ libc

	printf '/* Made by packaging/deps/build: what the libraries are. */\n'
	printf '#ifndef DEPS_VERSIONS_H\n#define DEPS_VERSIONS_H\n\n'
	{
		cat "$work/versions"
		if [ "$flavor" = host ]; then
			echo "openssl $(installed libssl-dev) system"
			echo "libuv1 $(installed libuv1-dev) system"
			echo "zlib $(installed zlib1g-dev) system"
			echo "libarchive $(installed libarchive-dev) system"
		fi
		echo "jsmn $(installed libjsmn-dev) system"
	} | while read -r name version revision _; do
		name=$(tr '[:lower:]' '[:upper:]' <<<"${name%1}")
		printf '#define DEPS_%s_VERSION "%s"\n' "$name" "$version"
		printf '#define DEPS_%s_REVISION "%s"\n' "$name" "$revision"
	done
	if [ -n "$cross" ]; then
		libc="musl $(sed -n 's/^musl \([^ ]*\).*/\1/p' "$work/versions")"
	elif [ "$flavor" = musl ]; then
		libc="musl $(installed musl-dev)"
	else
		libc="glibc $(installed libc6-dev)"
	fi
	printf '#define DEPS_LIBC "%s"\n' "${libc% }"
	printf '#define DEPS_TARGET "%s"\n\n#endif\n' "$triple"
}
