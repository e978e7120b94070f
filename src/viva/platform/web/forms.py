"""Forms: each field is read on its own: a person sees all that is wrong at once and retypes nothing."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_origin

import msgspec
from litestar.datastructures import FormMultiDict

from viva.platform.i18n import gettext
from viva.platform.web.explain import explain

T = TypeVar("T", bound=msgspec.Struct)
_YES = frozenset({"on", "true", "1", "yes"})


class FormErrors(msgspec.Struct, frozen=True):
    """A form that has to come back, with status 422: what was typed, and what is wrong with which field."""

    values: dict[str, str]
    errors: dict[str, str]
    """Field to sentence, translated."""
    status: int = 422


def parse_form(kind: type[T], form: FormMultiDict | Mapping[str, Any]) -> T | FormErrors:
    """`form` as a `kind`, or what is wrong with it.

    Texts are stripped; a blank field counts as not given; an unticked box is False; a field of a list type
    takes every value of its name. Fields that `kind` does not have are ignored. `errors` speak the current
    language. A field named in `_SECRET` is never handed back.
    """
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field in msgspec.structs.fields(kind):
        given = _given(form, field.encode_name, field.type)
        if given is None:
            if field.required:
                errors[field.name] = gettext("This is needed.")
            continue
        try:
            found[field.name] = msgspec.convert(given, field.type, strict=False)
        except msgspec.ValidationError as error:
            errors[field.name] = explain(str(error))
    if errors:
        return FormErrors(values=_kept(kind, form), errors=errors)
    return kind(**found)


_SECRET = frozenset({"password", "token", "secret"})


def _given(form: FormMultiDict | Mapping[str, Any], name: str, kind: Any) -> Any:
    """The raw value of a field, None when nothing was given."""
    if get_origin(kind) in {list, tuple, set, frozenset}:
        return [text for value in _all(form, name) if (text := str(value).strip())]
    values = _all(form, name)
    text = str(values[-1]).strip() if values else ""
    if kind is bool:
        return text.lower() in _YES
    return text or None


def _all(form: FormMultiDict | Mapping[str, Any], name: str) -> list[Any]:
    if isinstance(form, FormMultiDict):
        return list(form.getall(name, []))
    value = form.get(name)
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _kept(kind: type[msgspec.Struct], form: FormMultiDict | Mapping[str, Any]) -> dict[str, str]:
    return {
        field.name: str(values[-1])
        for field in msgspec.structs.fields(kind)
        if field.name not in _SECRET and (values := _all(form, field.encode_name))
    }
