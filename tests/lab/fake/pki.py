"""Certificates for the fakes, made with the openssl program and kept in a
folder: one good CA, one foreign CA, a leaf per host and kind."""
import os
import ssl
import subprocess
import tempfile
import threading

KINDS = ("good", "foreign", "expired", "wrong-name")


def openssl(*args, **kwargs):
    return subprocess.run(["openssl", *args], check=True,
                          stdin=kwargs.pop("stdin", subprocess.DEVNULL),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **kwargs)


class Pki:
    def __init__(self, folder=None):
        self.own = None if folder else tempfile.TemporaryDirectory()
        self.dir = folder or self.own.name
        self.lock = threading.Lock()
        self.contexts = {}
        os.makedirs(self.dir, exist_ok=True)
        for name in ("good", "foreign"):
            self.make_ca(name)
        self.key = self.path("leaf.key")
        if not os.path.exists(self.key):
            self.make_key(self.key)

    def path(self, name):
        return os.path.join(self.dir, name)

    @property
    def ca_pem(self):
        with open(self.path("ca-good.pem"), encoding="ascii") as f:
            return f.read()

    def make_key(self, path):
        tmp = "%s.%d" % (path, os.getpid())
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout",
                "-out", tmp)
        os.replace(tmp, path)

    def make_ca(self, name):
        pem, key = self.path("ca-%s.pem" % name), self.path("ca-%s.key" % name)
        if os.path.exists(pem):
            return
        self.make_key(key)
        tmp = "%s.%d" % (pem, os.getpid())
        openssl("req", "-x509", "-new", "-key", key, "-days", "3650",
                "-subj", "/O=Lab/CN=Lab Root %s" % name,
                "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-out", tmp)
        os.replace(tmp, pem)

    def leaf(self, host, kind="good"):
        """The path of a PEM with the leaf certificate."""
        pem = self.path("%s.%s.pem" % (kind, host.replace("*", "_")))
        if os.path.exists(pem):
            return pem
        ca = "foreign" if kind == "foreign" else "good"
        name = "proxy.example.net" if kind == "wrong-name" else host
        tmp = "%s.%d.%d" % (pem, os.getpid(), threading.get_ident())
        with open(tmp + ".ext", "w", encoding="ascii") as f:
            f.write("subjectAltName=DNS:%s\nbasicConstraints=CA:FALSE\n"
                    "extendedKeyUsage=serverAuth\n" % name)
        openssl("req", "-new", "-key", self.key, "-subj", "/CN=lab leaf",
                "-out", tmp + ".csr")
        days = "3650"
        if kind == "expired":
            self.sign_expired(tmp)
        else:
            openssl("x509", "-req", "-in", tmp + ".csr", "-days", days,
                    "-CA", self.path("ca-%s.pem" % ca),
                    "-CAkey", self.path("ca-%s.key" % ca),
                    "-set_serial", str(int.from_bytes(os.urandom(8), "big")),
                    "-extfile", tmp + ".ext", "-out", tmp)
        for end in (".ext", ".csr"):
            os.unlink(tmp + end)
        os.replace(tmp, pem)
        return pem

    def sign_expired(self, tmp):
        # `x509 -req` of OpenSSL 3.0 cannot date a certificate; `ca` can.
        with tempfile.TemporaryDirectory() as work:
            open(os.path.join(work, "index"), "w").close()
            conf = os.path.join(work, "conf")
            with open(conf, "w", encoding="ascii") as f:
                f.write("[ca]\ndefault_ca=d\n[d]\ndatabase=%s/index\n"
                        "new_certs_dir=%s\nrand_serial=yes\n"
                        "default_md=sha256\npolicy=p\nunique_subject=no\n"
                        "[p]\ncommonName=optional\n" % (work, work))
            openssl("ca", "-batch", "-config", conf, "-in", tmp + ".csr",
                    "-cert", self.path("ca-good.pem"),
                    "-keyfile", self.path("ca-good.key"), "-notext",
                    "-startdate", "20200101000000Z",
                    "-enddate", "20210101000000Z",
                    "-extfile", tmp + ".ext", "-out", tmp)

    def context(self, host, kind="good"):
        with self.lock:
            key = (host, kind)
            if key not in self.contexts:
                ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                ctx.load_cert_chain(self.leaf(host, kind), self.key)
                self.contexts[key] = ctx
            return self.contexts[key]
