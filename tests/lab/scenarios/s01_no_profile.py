"""S1: no instance profile on the launch configuration."""
from fake import hostfiles as hf

from . import add

NO_CHAIN = ("NoCredentialProviders: no valid providers in chain. Deprecated."
            "\n\tFor verbose messaging see aws.Config."
            "CredentialsChainVerboseErrors")


def failing(age):
    return (hf.line(age, "error", "Error getting ECS instance credentials "
                    "from credentials chain: no valid providers in chain") +
            hf.register_failed(age, NO_CHAIN))


def sick(spec):
    spec["imds"].update(role="none", info="none")
    hf.down(spec)
    spec["files"][hf.AGENT_LOG] = hf.loop(failing)


def cured(spec):
    """The profile was attached, and the agent registered."""
    spec["files"][hf.AGENT_LOG] = hf.loop(
        failing, (7200, 7100)) + hf.well_log(spec, 6000)


add("S1-no-profile", "instance launched, never in the cluster; agent log "
    "'NoCredentialProviders: no valid providers in chain'", sick,
    ["credentials"], ["no-instance-profile"], twin=cured)


def unauthorized(spec):
    sick(spec)
    spec["imds"].update(role="ok", info="ok", credentials="unauthorized")


add("role-trust", "as S1, but the console shows a role on the instance",
    unauthorized, ["credentials"], ["role-not-assumable"], twin=cured,
    says=["AssumeRoleUnauthorizedAccess"])


def no_role_in_profile(spec):
    sick(spec)
    spec["imds"].update(info="no-role")


add("profile-without-role", "the profile is attached, the agent has no "
    "credentials", no_role_in_profile, ["credentials"],
    ["instance-profile-broken"], twin=cured)


def profile_deleted(spec):
    sick(spec)
    spec["imds"].update(info="profile-not-found")


add("profile-deleted", "the profile was deleted and made again under the "
    "same name", profile_deleted, ["credentials"],
    ["instance-profile-broken"], twin=cured)


def expired(spec):
    spec["imds"]["credentials"] = "expired"
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + hf.cannot_poll(
        300, "ExpiredTokenException: The security token included in the "
        "request is expired")


add("credentials-expired", "it worked for hours; now every call says that "
    "the token is expired", expired, ["credentials"],
    ["credentials-expired"], helps=["no", "worse", "unknown"])


def failed(spec):
    spec["imds"]["credentials"] = "failed"


add("credentials-failed", "IMDS answers 200 and Code Failed", failed,
    ["credentials", "imds"], helps=["no", "worse", "unknown"], codes=[1, 2])
