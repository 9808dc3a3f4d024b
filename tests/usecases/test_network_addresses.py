"""The addresses that an installation may contact are listed without secrets."""

from __future__ import annotations

from workbench.core.lanes import FIXED_ENDPOINTS, Endpoint
from workbench.core.providers import PROVIDERS
from workbench.host.provider_choices import ProviderChoices
from workbench.usecases.network_addresses import ContactedAddress, addresses

OWN = Endpoint("e", "openai", "Lab", "http://lab.example:8000/v1")


def listed(env: dict[str, str], *endpoints: Endpoint) -> list[ContactedAddress]:
    return list(addresses((*FIXED_ENDPOINTS, *endpoints), env, ProviderChoices()))


def test_every_provider_and_its_further_hosts_are_listed() -> None:
    found = {(one.whose, one.address) for one in listed({})}
    for provider in PROVIDERS.values():
        if provider.base_url:
            assert (provider.name, provider.base_url) in found
        assert len([one for one in found if one[0] == provider.name]) >= len(set(provider.key_hosts))


def test_own_endpoints_come_first_and_servers_of_this_computer_are_named() -> None:
    first, *rest = listed({}, OWN)
    assert (first.kind, first.address, first.whose) == ("endpoint", "http://lab.example:8000/v1", "Lab")
    assert {"Ollama", "LM Studio"} <= {one.whose for one in rest if one.kind == "this computer"}


def test_addresses_of_the_environment_replace_the_usual_ones_without_their_secrets() -> None:
    found = listed(
        {
            "OPENAI_BASE_URL": "https://gateway.example/v1",
            "HTTPS_PROXY": "http://me:secret@proxy.example:3128",
            "PIP_INDEX_URL": "https://me:secret@packages.example/simple",
        }
    )
    by_kind = {kind: [one.address for one in found if one.kind == kind] for kind in ("proxy", "packages")}
    assert by_kind == {"proxy": ["http://•••@proxy.example:3128"], "packages": ["https://•••@packages.example/simple"]}
    assert [one.address for one in found if one.whose == "OpenAI"] == ["https://gateway.example/v1"]
    assert "secret" not in repr(found)


def test_package_index_without_a_variable_is_the_one_of_pip() -> None:
    found = listed({})
    assert [one.address for one in found if one.kind == "packages"] == ["the package index that pip is set to"]
