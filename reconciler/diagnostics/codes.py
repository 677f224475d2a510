"""Every diagnostic's code and its constant summary: the words that people search for."""

from __future__ import annotations

from enum import Enum
from typing import Self


class Code(Enum):
    """A stable code (the value) with a summary that never holds data of the user's."""

    def __new__(cls, code: str, summary: str) -> Self:
        """Take the code as the value and keep the summary beside it."""
        member = object.__new__(cls)
        member._value_ = code
        member.summary = summary
        return member

    summary: str

    # Files and YAML
    FILE_UNREADABLE = "file-unreadable", "File can't be read"
    FILE_NAME = "file-name", "File name can't be written"
    FILE_TOO_LARGE = "file-too-large", "File is too large"
    PATH_NOT_FOUND = "path-not-found", "No such file or folder"
    NO_MANIFESTS = "no-manifests", "No manifests found"
    NOT_UTF8 = "not-utf8", "Not UTF-8 text"
    YAML_SYNTAX = "yaml-syntax", "Invalid YAML"
    YAML_TOO_DEEP = "yaml-too-deep", "Nested too deeply"
    YAML_TOO_BIG = "yaml-too-big", "Document too large once aliases are expanded"
    YAML_TAG = "yaml-tag", "Unsupported YAML tag"
    YAML_ALIAS = "yaml-alias", "Invalid alias"
    YAML_MERGE = "yaml-merge", "Invalid merge key"
    KEY_NOT_STRING = "key-not-string", "Key is not a string"
    DUPLICATE_KEY = "duplicate-key", "Duplicate key"
    NUMBER_OUT_OF_RANGE = "number-out-of-range", "Number out of range"
    VARIABLE_UNSET = "variable-unset", "Environment variable is not set"
    VARIABLE_MALFORMED = "variable-malformed", "Malformed variable reference"

    # Session types
    NOT_A_MAPPING = "not-a-mapping", "Not a mapping"
    UNKNOWN_FIELD = "unknown-field", "Unknown field"
    MISSING_FIELD = "missing-field", "Missing field"
    WRONG_TYPE = "wrong-type", "Wrong type"
    NAME_LENGTH = "name-length", "Name too short or too long"
    TAG_FORM = "tag-form", "Invalid tag"
    EXPIRY_RANGE = "expiry-range", "Expiry out of range"
    UNKNOWN_PERIOD = "unknown-period", "Unknown period"
    SCHEMA_EMPTY = "schema-empty", "Schema is empty"
    SCHEMA_TOO_BIG = "schema-too-big", "Schema is too big"
    SCHEMA_TOO_DEEP = "schema-too-deep", "Schema nested too deeply"
    TEXT_CHARACTER = "text-character", "Character that can't be stored"
    SELECTOR_FORM = "selector-form", "Invalid selector"
    SELECTOR_UNRESOLVED = "selector-unresolved", "Selector does not resolve in the schema"
    SELECTOR_NOT_PRIMITIVE = "selector-not-primitive", "Selector does not lead to a plain value"

    # Sets of manifests
    DUPLICATE_TAG = "duplicate-tag", "Two manifests with one tag"
    OVERLAY_UNKNOWN_TAG = "overlay-unknown-tag", "Overlay for an unknown tag"
    LAYOUT_IMPOSSIBLE = "layout-impossible", "File can't be laid out"
    LIFECYCLE_PATH = "lifecycle-path", "Lifecycle path leads nowhere"

    # Lint: valid, and still likely wrong
    SELECTOR_CONSTANT = "selector-constant", "Selector picks a value that many users share"
    SAMPLE_PRIVATE_KEY = "sample-private-key", "Sample looks like a private key"
    SAMPLE_JWT = "sample-jwt", "Sample looks like a JSON Web Token"
    SAMPLE_TOKEN = "sample-token", "Sample looks like a real token"
    SAMPLE_CARD = "sample-card", "Sample looks like a payment card"
    SAMPLE_IBAN = "sample-iban", "Sample looks like a bank account"
    SAMPLE_EMAIL = "sample-email", "Sample looks like a real email address"
    SAMPLE_PHONE = "sample-phone", "Sample looks like a real phone number"
    TOKEN_SIZE = "token-size", "Token too long for a cookie"
    IGNORE_FORM = "ignore-form", "Malformed ignore comment"
    IGNORE_REASON = "ignore-reason", "Ignore comment without a reason"
    IGNORE_UNKNOWN_CODE = "ignore-unknown-code", "Ignore comment with a code that it can't silence"
    IGNORE_UNUSED = "ignore-unused", "Ignore comment that silences nothing"
    TAG_RENAMED = "tag-renamed", "Tag changed since the last commit"

    # Declarations of the Ductape CLI, as `import` reads them
    JSON_SYNTAX = "json-syntax", "Invalid JSON"
    DECLARATION_INCOMPLETE = "declaration-incomplete", "Declaration lacks a field that a manifest needs"

    # Project file
    PROJECT_VALUE = "project-value", "Invalid value in the project file"
    UNKNOWN_TARGET = "unknown-target", "Unknown target"

    # Policies
    POLICY = "policy", "Manifest breaks a policy"
    POLICY_RULE = "policy-rule", "Invalid policy rule"
    POLICY_UNDECIDED = "policy-undecided", "Policy can't be decided"
    WAIVER_ENDED = "waiver-ended", "Waiver has ended"
    WAIVER_ENDS_SOON = "waiver-ends-soon", "Waiver ends soon"
    WAIVER_UNMATCHED = "waiver-unmatched", "Waiver for an unknown tag"

    @property
    def hides_source(self) -> bool:
        """Tell whether the line that it is about may hold what no log should: then it is named and not shown."""
        return str(self.value).startswith("sample-")
