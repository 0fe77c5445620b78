"""S5: a task runs another image than its tag names in ECR now. Information,
never a fault; and what must not be taken for it."""
import hashlib

from fake import errors, hostfiles as hf, spec as sp

from . import add

REPO = "team/web"
HOST = "%s.dkr.ecr.%s.%s" % (sp.BASE["account"], sp.BASE["region"],
                             sp.BASE["suffix"])


def digest(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


OLD, NEW = digest("old manifest"), digest("new manifest")
CONTENT, OTHER = digest("content"), digest("other content")


def single(name, config):
    return {"digest": name, "manifest": {
        "schemaVersion": 2, "config": {"digest": config}, "layers": []}}


def listed(name, child):
    """A list of platforms, with an attestation as BuildKit adds it."""
    return {"digest": name, "manifest": {
        "schemaVersion": 2, "manifests": [
            {"digest": child, "platform": {"architecture": "amd64",
                                           "os": "linux"}},
            {"digest": digest(name), "platform": {"architecture": "unknown",
                                                  "os": "unknown"}}]}}


def task(number=0, tag="prod", **more):
    row = {"name": "ecs-web-%d" % number, "network": "host",
           "image": "%s/%s:%s" % (HOST, REPO, tag), "image_id": CONTENT,
           "digests": [OLD], "labels": {
               "com.amazonaws.ecs.task-arn": "arn:aws:ecs:x:1:task/c/%032x"
               % number,
               "com.amazonaws.ecs.task-definition-family": "web",
               "com.amazonaws.ecs.container-name": "app"}}
    row.update(more)
    return row


def world(images, *tasks, **aws):
    def change(spec):
        spec["docker"]["tasks"] = list(tasks or [task()])
        spec["aws"]["ecr"] = {REPO: images}
        spec["aws"].update(aws)
    return change


def finds(*ids, says=()):
    """Exactly these of the images' findings, and the verdict is not theirs."""
    def check(_world, result):
        found = [f for f in result.json["findings"]
                 if f["id"].startswith(("IMAGE_", "ECR_DENIED"))]
        got = sorted(f["id"] for f in found)
        bad = [] if got == sorted(ids) else ["findings %s, want %s" % (
            got, sorted(ids))]
        asked = [r for r in result.requests
                 if r.get("op") == "ecr:BatchGetImage"]
        if not asked:
            bad.append("ECR was not asked")
        bad += ["no %r in %s" % (s, found) for s in says
                if s not in str(found)]
        return bad
    return check


WELL = dict(codes=[0], helps=["no"])

add("S5-stale-image", "deployed, and nothing changed: the tag was pushed "
    "again, the tasks were not started again. The tag is elsewhere on this "
    "host too, so Docker lists the old container by an id", world(
        {"prod": single(NEW, OTHER)}, task(moved=True),
        task(1, image_id=OTHER, digests=[NEW])), ["healthy"],
    twin=world({"prod": single(OLD, CONTENT)}),
    check=finds("IMAGE_STALE", says=[REPO + ":prod", OLD[:19], NEW[:19],
                                     "12 days"]), **WELL)
add("S5-stale-list", "as S5-stale-image, with a list of platforms. The twin: "
    "built again without a change, so the list is another and the content is "
    "not", world({"prod": listed(NEW, digest("c2")),
                  "-": single(digest("c2"), OTHER)}), ["healthy"],
    twin=world({"prod": listed(NEW, digest("c2")),
                "-": single(digest("c2"), CONTENT)}),
    check=finds("IMAGE_STALE"), **WELL)
add("S5-rebuilt-list", "the list of platforms is another, the content is not",
    world({"prod": listed(NEW, digest("c2")),
           "-": single(digest("c2"), CONTENT)}), ["healthy"],
    check=finds(), **WELL)
add("S5-pulled-by-platform", "one task pulled a manifest of the list that the "
    "tag names; another one the list", world(
        {"prod": listed(NEW, OLD)}, task(), task(1, digests=[NEW])),
    ["healthy"], check=finds(), **WELL)
add("S5-tag-gone", "a lifecycle policy took the tag away that tasks run",
    world({"other": single(NEW, OTHER)}), ["healthy"],
    twin=world({"prod": single(OLD, CONTENT)}),
    check=finds("IMAGE_TAG_GONE", says=["no such tag"]), **WELL)
add("S5-not-permitted", "the role may not ask ECR: nothing is said", world(
    {"prod": single(NEW, OTHER)},
    allow=[a for a in sp.STOCK if not a.startswith("ecr:")]), ["healthy"],
    check=finds(), **WELL)


# ---- ECR refuses: who?

def pull_denied(wall):
    def change(spec):
        world({"prod": single(OLD, CONTENT)})(spec)
        spec["aws"]["faults"] = [{"host": "ecr", "op": "*", "fault": "denied",
                                  "wall": wall, "resource": "*"}]
        text = ("CannotPullECRContainerError: AccessDeniedException: " +
                errors.denied(sp.role_arn(spec),
                              "ecr:GetAuthorizationToken", wall))
        spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + hf.line(
            90, "error", "Failed to pull image", error=text,
            image="%s/%s:next" % (HOST, REPO))
    return change


add("ecr-endpoint-policy", "tasks cannot be pulled: AccessDeniedException, "
    "'no VPC endpoint policy allows'", pull_denied("vpce"), ["iam-denied"],
    ["ecr-endpoint-policy"], codes=[1], says=["ecr.api", "reset-policy"],
    check=finds("ECR_DENIED_ENDPOINT"),
    twin=world({"prod": single(OLD, CONTENT)}))
add("ecr-role-denied", "as ecr-endpoint-policy; it is the role",
    pull_denied("identity"), ["iam-denied"], ["ecr-denied"], codes=[1],
    check=finds(), twin=world({"prod": single(OLD, CONTENT)}))
