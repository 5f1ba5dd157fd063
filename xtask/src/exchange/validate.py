"""Checks an export of the incident ledger: `validate.py stix|misp FILE`.

Exit code 0: valid. 1: read, and not valid. Anything else: it could not be checked.
"""

import importlib.util
import json
import pathlib
import re
import sys

# What STIX would rather see and the bundle does not do, each for a reason:
# ids of domain objects are UUIDs of version 5, so that they are the same in every export; STIX
# suggests no relationships for incidents at all; the ledger stores no pages, so that there is
# nothing to hash.
NOT_FOLLOWED = ["uuid-check", "relationship-types", "extref-hashes"]


def check_stix(path):
    """The validator of OASIS, with every recommendation as a requirement but NOT_FOLLOWED."""
    from stix2validator import ValidationOptions, validate_file

    options = ValidationOptions(
        version="2.1", strict=True, strict_properties=True, enforce_refs=True,
        disabled=",".join(NOT_FOLLOWED),
    )
    result = validate_file(str(path), options)
    errors = [str(error) for each in result.object_results for error in each.errors]
    errors += [str(warning) for each in result.object_results for warning in each.warnings or []]
    if result.fatal:
        errors.append(str(result.fatal))
    objects = json.loads(path.read_bytes())["objects"]
    return errors, f"{len(objects)} STIX objects"


def check_misp(path):
    """The schemas of PyMISP, its types and categories, its templates of objects, and the
    galaxy of threat actors."""
    import jsonschema
    import pymisp

    data = pathlib.Path(pymisp.__file__).parent / "data"
    strict = json.loads((data / "schema.json").read_bytes())
    lax = jsonschema.Draft4Validator(json.loads((data / "schema-lax.json").read_bytes()))
    whole = jsonschema.Draft4Validator(strict)
    attribute = jsonschema.Draft4Validator({**strict, "required": [], "properties": {},
                                            "$ref": "#/defs/attribute"})
    templates = data / "misp-objects" / "objects"
    types = json.loads((data / "describeTypes.json").read_bytes())["result"]["category_type_mappings"]
    clusters = threat_actors()
    errors, attributes, objects = [], 0, 0
    events = json.loads(path.read_bytes())["response"]
    for envelope in events:
        event = envelope["Event"]
        name = event.get("uuid")

        def report(found):
            errors.extend(f"{name}: {error.message[:300]}" for error in found)

        report(lax.iter_errors(envelope))
        # The strict schema is older than objects: it gets the event without them, and their
        # attributes one by one.
        report(whole.iter_errors({"Event": {k: v for k, v in event.items() if k != "Object"}}))
        for part in event["Attribute"] + [p for each in event["Object"] for p in each["Attribute"]]:
            if part["type"] not in types.get(part["category"], []):
                errors.append(f"{name}: {part['category']} has no type {part['type']}")
        for each in event["Object"]:
            objects += 1
            for part in each["Attribute"]:
                report(attribute.iter_errors({k: v for k, v in part.items() if k != "object_relation"}))
            errors.extend(f"{name}: {error}" for error in check_object(each, templates))
        for tag in event["Tag"]:
            cluster = re.fullmatch(r'misp-galaxy:threat-actor="(.*)"', tag["name"])
            if cluster and cluster[1] not in clusters:
                errors.append(f"{name}: no threat actor of the galaxy is called {cluster[1]}")
        try:
            loaded = pymisp.MISPEvent()
            loaded.load(json.dumps(envelope))
            attributes += len(loaded.attributes)
            again = json.loads(loaded.to_json())
            if len(again.get("Attribute", [])) != len(event["Attribute"]):
                errors.append(f"{name}: PyMISP keeps fewer attributes than there are")
        except (pymisp.PyMISPError, KeyError, ValueError) as error:
            errors.append(f"{name}: {type(error).__name__}: {error}")
    return errors, f"{len(events)} MISP events, {attributes} attributes, {objects} objects"


def check_object(found, templates):
    """Whether an object is what the template of its name says."""
    import pymisp

    template = json.loads((templates / found["name"] / "definition.json").read_bytes())
    for field, wanted in [("template_uuid", template["uuid"]), ("meta-category", template["meta-category"]),
                          ("template_version", str(template["version"]))]:
        if found[field] != wanted:
            yield f"{found['name']}: {field} is {found[field]}, of the template {wanted}"
    for part in found["Attribute"]:
        wanted = template["attributes"].get(part["object_relation"], {}).get("misp-attribute")
        if part["type"] != wanted:
            yield f"{found['name']}.{part['object_relation']} is {part['type']}, not {wanted}"
    built = pymisp.MISPObject(found["name"], strict=True)
    try:
        for part in found["Attribute"]:
            built.add_attribute(part["object_relation"], value=part["value"], type=part["type"],
                                category=part["category"])
        built.to_json()
    except (pymisp.PyMISPError, KeyError, ValueError) as error:
        yield f"{found['name']}: {type(error).__name__}: {error}"


def threat_actors():
    """The names of the clusters of the galaxy of threat actors."""
    package = importlib.util.find_spec("pymispgalaxies").submodule_search_locations[0]
    cluster = pathlib.Path(package) / "data" / "misp-galaxy" / "clusters" / "threat-actor.json"
    return {value["value"] for value in json.loads(cluster.read_bytes())["values"]}


def main():
    check = {"stix": check_stix, "misp": check_misp}[sys.argv[1]]
    errors, counts = check(pathlib.Path(sys.argv[2]))
    for error in errors[:50]:
        print(f"   {error}")
    print(f"   {counts}: {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    try:
        code = main()
    except Exception as error:  # A crash of a library is no verdict.
        print(f"   {type(error).__name__}: {error}", file=sys.stderr)
        code = 3
    sys.exit(code)
