"""What the parameters of a search mean: the fields of a resource by the names that clients search them by."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from mockrevio.revio.fields import Field
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, Resource, cached_in_resource
from mockrevio.settings import Settings

Path = tuple[str, ...]
Document = Mapping[str, Any]

_PART_OF = "part of "


class SearchField:
    """What one parameter looks at: the values of `field` at one or several places in a record.

    `name` is unique within the resource. If `partial`, a part of a text is enough. If `indexed`, a record has
    exactly one key here, so that an index finds it.
    """

    def __init__(self, name: str, field: Field, paths: tuple[Path, ...], *, partial: bool = False) -> None:
        self.name = name
        self.field = field
        self.paths = paths
        self.partial = partial
        self.indexed = len(paths) == 1 and not partial
        self.names = tuple(".".join(path) for path in paths)

    def key_function(self) -> Callable[[Document], Hashable]:
        """A function that returns the key of a record, for an index or a sort."""
        field, (first, *rest) = self.field, self.paths[0]
        if rest:
            return lambda document: field.search_key(_value_at(document, self.paths[0]))
        if field.kind == "name" or field.unset is not None:
            return lambda document: field.search_key(document.get(first))
        return lambda document: document.get(first)

    def keys(self, document: Document) -> Iterator[Hashable]:
        """The keys of a record, one for each place."""
        return (self.field.search_key(_value_at(document, path)) for path in self.paths)

    def matches_part(self, document: Document, parts: frozenset[str]) -> bool:
        """Whether a text here contains one of the parts, which are in folded case (A: case is ignored)."""
        texts = [text for path in self.paths for text in _names_in(_value_at(document, path))]
        return any(part in text for part in parts for text in texts)


def _value_at(document: Document, path: Path) -> Any:
    value: Any = document
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _names_in(value: Any) -> Iterator[str]:
    """The names in a value, in folded case: a text, or the company and the person of an address.

    A person is found with the middle initial and without it.
    """
    texts = [value]
    if isinstance(value, dict):
        names = [value.get(name) for name in ("first_name", "middle_initial", "last_name")]
        first, middle, last = (name if isinstance(name, str) else "" for name in names)
        people = [(first, last), (first, middle, last)] if middle else [(first, last)]
        texts = [" ".join(filter(None, person)) for person in people] + [value.get("company_name")]
    return (text.casefold() for text in texts if text and isinstance(text, str))


@cached_in_resource
def exact_fields(resource: Resource) -> Mapping[str, SearchField]:
    """The fields of a resource by their names in lowercase, and the members of its objects (A)."""
    own = {
        name.lower(): SearchField(name, field, ((name,),))
        for name, field in resource.fields.items()
        if field.searchable
    }
    return {**_members(resource), **own}


@cached_in_resource
def search_fields(resource: Resource) -> Mapping[str, SearchField]:
    """What the parameters of a search look at, by their names in lowercase.

    D: fields. C2: and aliases, which the table of resources lists. A: and the members of objects by their own
    names, where the record has no field of that name.
    """
    declared = resource.declaration.get("search", {})
    aliases = {name: _alias(resource, name, text) for name, text in declared.items()}
    return {**exact_fields(resource), **aliases}


def with_own_id(
    fields: Mapping[str, SearchField], resource: Resource, settings: Settings
) -> Mapping[str, SearchField]:
    """Search fields with the name that a setting gives to a key link's own id."""
    id_field, name = resource.id_field, settings.key_link_id
    if resource is not INTEGRATION_KEY_LINK or name == id_field:
        return fields
    own_id = fields[id_field]
    renamed = SearchField(own_id.name, own_id.field._replace(name=name), own_id.paths)
    return {**{other: field for other, field in fields.items() if other != id_field}, name.lower(): renamed}


def _alias(resource: Resource, name: str, text: str) -> SearchField:
    """An alias from its declaration: the name of a field, or `part of` some fields."""
    if not text.startswith(_PART_OF):
        renamed = resource.fields[text]._replace(name=name)  # errors name the parameter that the client sent
        return SearchField(text, renamed, ((text,),))
    paths = tuple((target.strip(),) for target in text.removeprefix(_PART_OF).split(","))
    return SearchField(name, Field(name, "text"), paths, partial=True)


def _members(resource: Resource) -> dict[str, SearchField]:
    """The members of a resource's objects; several objects may have a member of one name."""
    found: dict[str, SearchField] = {}
    for outer in resource.fields.values():
        if outer.kind != "object":
            continue
        for inner in outer.fields.values():
            if inner.searchable:
                path = (outer.name, inner.name)
                known = found.get(inner.name.lower())
                paths = (path,) if known is None else (*known.paths, path)
                found[inner.name.lower()] = SearchField(".".join(paths[0]), inner, paths)
                dotted = ".".join(path)
                found[dotted.lower()] = SearchField(dotted, inner._replace(name=dotted), (path,))
    return found


@cached_in_resource
def _by_name(resource: Resource) -> Mapping[str, SearchField]:
    return {field.name: field for field in exact_fields(resource).values() if field.indexed}


def key_function(resource: Resource, name: str) -> Callable[[Document], Hashable]:
    """The key function of the search field that a selection names. Raises KeyError if there is none."""
    return _by_name(resource)[name].key_function()
