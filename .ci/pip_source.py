"""A pip for an environment made without one. The rule: what comes from the network is the file the lock names.

The machine's own pip is taken where there is one; else the wheel that requirements/run.txt pins by its SHA-256 is
fetched from the index that pip's own settings name.
"""

import base64
import configparser
import glob
import hashlib
import os
import re
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from interpreters import Refused

DEFAULT_INDEX = "https://pypi.org/simple"  # pip's own
WITHOUT_PIP = (
    "no pip could be had (%s); to mend, as root: apt-get install python3-venv, or set PIP_INDEX_URL to an index that "
    "this machine reaches"
)


def command(interpreter, environment_python, lock, folder):
    """The words that run a pip on the environment: [program, ...]; without interpreter only its own. Raises Refused."""
    if interpreter is None or _runs([environment_python, "-m", "pip", "--version"]):
        return [environment_python, "-m", "pip"]
    for wheel in _wheels_of_the_machine(interpreter):
        words = [environment_python, os.path.join(wheel, "pip")]
        if _runs([*words, "--version"]):
            return words
    words = [interpreter.command, "-m", "pip", "--python", environment_python]
    if _runs([*words, "--version"]):  # --python came with pip 22.3; an older one refuses the word
        return words
    try:
        return [environment_python, os.path.join(_fetch(lock, folder), "pip")]
    except (OSError, ValueError, LookupError) as error:
        raise Refused(WITHOUT_PIP % error) from error


def settings():
    """pip's settings that matter here, by its own order: files first, then the environment."""
    files = [os.path.join(folder, "pip", "pip.conf") for folder in _xdg_folders()]
    home = os.path.expanduser("~")
    config_home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    files += ["/etc/pip.conf", os.path.join(home, ".pip", "pip.conf"), os.path.join(config_home, "pip", "pip.conf")]
    own = os.environ.get("PIP_CONFIG_FILE")
    parser = configparser.RawConfigParser()
    parser.read([] if own == os.devnull else files + ([own] if own else []), encoding="utf-8")
    found = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            found.update(parser.items(section))
    for name in ("index-url", "extra-index-url", "cert", "proxy"):
        value = os.environ.get("PIP_" + name.upper().replace("-", "_"))
        if value:
            found[name] = value
    return found


def _xdg_folders():
    return reversed((os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"))


def _runs(words):
    try:
        return subprocess.call(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60) == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _wheels_of_the_machine(interpreter):
    folders = (os.path.join(interpreter.stdlib, "ensurepip", "_bundled"), "/usr/share/python-wheels")
    return [wheel for folder in folders for wheel in sorted(glob.glob(os.path.join(folder, "pip-*.whl")))]


def pinned(lock):
    """(version, the SHA-256s) of pip in a lock file."""
    with open(lock, encoding="utf-8") as file:
        entry = re.search(r"^pip==(\S+)((?:.*\\\n)*.*)", file.read(), re.MULTILINE)
    if not entry:
        raise LookupError(f"{lock} names no pip")
    return entry.group(1), set(re.findall(r"sha256:([0-9a-f]{64})", entry.group(2)))


def _fetch(lock, folder):
    version, digests = pinned(lock)
    name = f"pip-{version}-py3-none-any.whl"
    options = settings()
    problem = "no index names " + name
    for index in [options.get("index-url", DEFAULT_INDEX), *options.get("extra-index-url", "").split()]:
        page = index.rstrip("/") + "/pip/"
        try:
            links = re.findall(r"""href=["']([^"']+)["']""", _get(page, options).decode("utf-8", "replace"))
            for link in links:
                address = urllib.parse.urljoin(page, link.replace("&amp;", "&"))
                if urllib.parse.urlsplit(address).path.endswith("/" + name):
                    return _keep(_get(address, options), digests, os.path.join(folder, name))
        except OSError as error:
            problem = f"{urllib.parse.urlsplit(page).hostname or page}: {error}"
    raise LookupError(problem)


def _keep(data, digests, path):
    if hashlib.sha256(data).hexdigest() not in digests:
        raise ValueError("the pip that the index offers is not the one the lock names")
    with open(path, "wb") as file:
        file.write(data)
    return path


def _get(address, options):
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "file":
        address = address.rstrip("/") + "/index.html" if address.endswith("/") else address
    try:
        return _open(address, options, ssl.create_default_context(cafile=options.get("cert")))
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ssl.SSLCertVerificationError) or parts.username:
            raise
    # A machine without ca-certificates: the file is known by its SHA-256, so who hands it over does not matter.
    return _open(address, options, ssl._create_unverified_context())


def _open(address, options, context):
    handlers = [urllib.request.HTTPSHandler(context=context)]
    if options.get("proxy"):
        handlers.append(urllib.request.ProxyHandler({"http": options["proxy"], "https": options["proxy"]}))
    parts = urllib.parse.urlsplit(address)
    request = urllib.request.Request(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    if parts.username:
        secret = "{}:{}".format(urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or ""))
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(secret.encode()).decode())
    with urllib.request.build_opener(*handlers).open(request, timeout=60) as answer:
        return answer.read()
