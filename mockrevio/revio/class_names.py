"""What a record of a resource is called where types have names: `Customer`."""

from __future__ import annotations

from mockrevio.revio.resources import KEY_LINK_RESOURCES, Resource


def class_name(resource: Resource) -> str:
    """What one of its records is called: `Customer`."""
    if resource.entity_type:
        return camel_case(resource.entity_type)
    if resource in KEY_LINK_RESOURCES:
        return resource.path
    if resource.id_repeats:
        return resource.path.removesuffix("s")
    return camel_case(resource.id_field.removesuffix("_id"))


def camel_case(name: str) -> str:
    """`billing_address` as `BillingAddress`."""
    return "".join(part.capitalize() for part in name.split("_"))
