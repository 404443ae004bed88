"""fetch_jars.py LIST FOLDER: downloads the jars of jars.sha256 into a folder, without Maven or Java.

Prints the name of each jar when it is there. They come from Maven Central, or from the mirror of it in the user's
settings.xml. Nothing is checked here.
"""

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import truststore

truststore.inject_into_ssl()  # the certificates that this machine trusts, as pip and Maven do

from jgo.maven import MavenContext, PythonResolver  # noqa: E402

AT_ONCE = 8


def mirror_of_central():
    settings = Path.home() / ".m2" / "settings.xml"
    mirrors = ElementTree.parse(settings).iterfind("{*}mirrors/{*}mirror") if settings.exists() else []
    for mirror in mirrors:
        of = mirror.findtext("{*}mirrorOf", "").replace(" ", "").split(",")
        if "!central" not in of and {"*", "central", "external:*"} & set(of):
            return {"central": mirror.findtext("{*}url").strip().rstrip("/")}
    return None


jars, folder = map(Path, sys.argv[1:])
cache = folder / "cache"
context = MavenContext(resolver=PythonResolver(), repo_cache=cache, remote_repos=mirror_of_central())


def fetch(line):
    *group, artifact, version, name = line.split()[1].split("/")
    shutil.move(context.project(".".join(group), artifact).at_version(version).artifact().resolve(), folder)
    print(name, flush=True)


with ThreadPoolExecutor(AT_ONCE) as pool:
    for done in [pool.submit(fetch, line) for line in jars.read_text().splitlines()]:
        done.result()
shutil.rmtree(cache)
