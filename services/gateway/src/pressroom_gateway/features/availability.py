"""Decides who has a feature. Pure: the same caller has the same answer in every process, and after every restart."""

from hashlib import blake2b

from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.roles import Role

from .records import Feature, Rule, Share


def available(rule: Rule, caller: Principal, feature: Feature) -> bool:
    match rule.audience:
        case "nobody":
            return False
        case "all":
            return True
    if caller.role is Role.SUPER_ADMIN:
        return True
    return rule.audience == "some" and _chosen(rule, caller, feature)


def _chosen(rule: Rule, caller: Principal, feature: Feature) -> bool:
    return (
        caller.tenant_id in rule.tenants
        or (rule.new_since is not None and caller.created_at >= rule.new_since)
        or place(caller, feature, rule.percent_of) < rule.percent
    )


def place(caller: Principal, feature: Feature, of: Share) -> int:
    """From 0 to 99, by a hash: a higher percentage only adds. Another feature begins with others.

    Names of keys are only told apart within a tenant: half the world calls its key "website".
    """
    who = f"{feature}\0{caller.tenant_id}"
    if of == "created_by":
        who += f"\0{caller.created_by}"
    digest = blake2b(who.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") * 100 >> 64
