"""What an image is: a picture where there are pictures, else what a container or a machine is started from."""

import re
from typing import Final

from agentscaler.envs.place import Place, Recipe
from agentscaler.envs.vocabulary import SLUG_LISTS

_MACHINES: Final = re.compile(r"^(?:ec2|compute|imagebuilder|backupdr|workstations|appstream|workspaces|cvm|outposts|baremetalsolution|mgn|drs)")
_RUNNING: Final = re.compile(
    _MACHINES.pattern
    + r"|^(?:sagemaker|ecs|ecr|batch|lambda|apprunner|eks|codebuild|bedrock-agentcore|emr|omics|mwaa|braket|robomaker|greengrass|run|aiplatform|cloudbuild|notebooks|composer|dataproc|cloudfunctions|tem|tke|scf|tione|tcr|tcss|csip|guardduty|inspector)"
    + r"|container|docker|pod|function|kernel|deployed"
)
"""Services and things whose images are of containers and machines."""
_OF_MACHINE: Final = frozenset("vm os instance boot disk machine backup".split())


def image_of(words: tuple[str, ...], place: Place) -> Recipe:
    """What a field called image holds."""
    if not _RUNNING.search(f"{place.service} {' '.join(place.draft.noun)} {' '.join(words)}"):
        return {"words": [["https://cdn.example.com/"], list(SLUG_LISTS[0]), [".png", "-small.png", ".jpg"]], "join": ""}
    if not (_MACHINES.search(place.service) or _OF_MACHINE & set(words)):
        return container_image(place)
    if place.vendor == "aws":
        return {"id": "ami-0{hex:16}"}
    return {"mix": [{"template": f"projects/{{project}}/global/images/{word}-v3"} for word in SLUG_LISTS[0][:4]]} if place.vendor == "google" else {"id": "img-{base36:8}"}


def container_image(place: Place) -> Recipe:
    """Where a registry keeps the image of a container."""
    form = "{account}.dkr.ecr.{region}.amazonaws.com/%s:1.4.2" if place.vendor == "aws" else "{region}-docker.pkg.dev/{project}/apps/%s:1.4.2" if place.vendor == "google" else "registry.example.com/%s:1.4.2"
    return {"mix": [{"template": form % word} for word in SLUG_LISTS[0][:5]]}
