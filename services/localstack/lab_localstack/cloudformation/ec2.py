"""The parts of a network, as AWS::EC2 types. LocalStack has no type for some of them, and for the others one that drops
the target of a route, the rules of a security group or the tags.

Tags change in place; any other change makes a new resource, which AWS does for most of these properties.
"""

from typing import Any, ClassVar

from lab_localstack.cloudformation.resource import (
    ApiResource,
    Change,
    ForgottenResourceError,
    Properties,
    UnsupportedPropertyError,
    default_name,
)


def schema(name: str, identifier: str, *read_only: str) -> dict[str, Any]:
    """The part of the type's schema that the engine reads: what Ref gives, and what GetAtt knows besides."""
    return {
        "typeName": name,
        "primaryIdentifier": [f"/properties/{identifier}"],
        "readOnlyProperties": [f"/properties/{each}" for each in (identifier, *read_only)],
    }


class NetworkResource(ApiResource):
    """A resource of EC2 that has an id."""

    SCHEMA: ClassVar[dict[str, Any]]
    identifier: str
    """The property that holds the id."""
    kind: str
    """EC2's name of the type in tag specifications; empty where it takes no tags."""

    def change(self, change: Change, wanted: Properties, current: Properties) -> Properties:
        identifier, before, after = self.id_of(current), current.get("Tags") or [], wanted.get("Tags") or []
        if gone := [each for each in before if each not in after]:
            ec2(change).delete_tags(Resources=[identifier], Tags=gone)
        if after:
            ec2(change).create_tags(Resources=[identifier], Tags=after)
        return {**current, "Tags": after}

    def replaces(self, wanted: Properties, current: Properties) -> bool:
        return any(value != current.get(name) for name, value in wanted.items() if name != "Tags")

    def tagged(self, wanted: Properties) -> dict[str, Any]:
        """The parameter that tags what a call makes."""
        tags = wanted.get("Tags")
        return {"TagSpecifications": [{"ResourceType": self.kind, "Tags": tags}]} if tags else {}

    def id_of(self, current: Properties) -> str:
        if self.identifier not in current:
            raise ForgottenResourceError(
                f"The stack no longer knows the {self.identifier} of its {self.SCHEMA['typeName']}, "
                "since an update of it failed. Delete the resource by its id."
            )
        found: str = current[self.identifier]
        return found


class InternetGateway(NetworkResource):
    TYPE = "AWS::EC2::InternetGateway"
    SCHEMA = schema(TYPE, "InternetGatewayId")
    identifier, kind, not_found = "InternetGatewayId", "internet-gateway", "InvalidInternetGatewayID.NotFound"

    def make(self, change: Change, wanted: Properties) -> Properties:
        made = ec2(change).create_internet_gateway(**self.tagged(wanted))["InternetGateway"]
        return {**wanted, "InternetGatewayId": made["InternetGatewayId"]}

    def remove(self, change: Change, current: Properties) -> None:
        ec2(change).delete_internet_gateway(InternetGatewayId=self.id_of(current))

    def find(self, change: Change, wanted: Properties) -> Properties:
        ec2(change).describe_internet_gateways(InternetGatewayIds=[self.id_of(wanted)])
        return wanted


class ElasticIp(NetworkResource):
    """Ref is the address; GetAtt knows AllocationId and PublicIp."""

    TYPE = "AWS::EC2::EIP"
    SCHEMA = schema(TYPE, "PublicIp", "AllocationId")
    identifier, kind, not_found = "AllocationId", "elastic-ip", "InvalidAllocationID.NotFound"

    def make(self, change: Change, wanted: Properties) -> Properties:
        made = ec2(change).allocate_address(Domain=wanted.get("Domain", "vpc"), **self.tagged(wanted))
        return {**wanted, "PublicIp": made["PublicIp"], "AllocationId": made["AllocationId"]}

    def remove(self, change: Change, current: Properties) -> None:
        ec2(change).release_address(AllocationId=self.id_of(current))

    def find(self, change: Change, wanted: Properties) -> Properties:
        found = ec2(change).describe_addresses(AllocationIds=[self.id_of(wanted)])["Addresses"][0]
        return {**wanted, "PublicIp": found["PublicIp"]}


class NatGateway(NetworkResource):
    TYPE = "AWS::EC2::NatGateway"
    SCHEMA = schema(TYPE, "NatGatewayId")
    identifier, kind, not_found = "NatGatewayId", "natgateway", "NatGatewayNotFound"

    def make(self, change: Change, wanted: Properties) -> Properties:
        made = ec2(change).create_nat_gateway(
            SubnetId=wanted["SubnetId"], AllocationId=wanted["AllocationId"], **self.tagged(wanted)
        )
        return {**wanted, "NatGatewayId": made["NatGateway"]["NatGatewayId"]}

    def remove(self, change: Change, current: Properties) -> None:
        ec2(change).delete_nat_gateway(NatGatewayId=self.id_of(current))

    def find(self, change: Change, wanted: Properties) -> Properties:
        ec2(change).describe_nat_gateways(NatGatewayIds=[self.id_of(wanted)])
        return wanted


class Route(NetworkResource):
    """A route to an internet gateway or a NAT gateway; its id is table and destination."""

    TYPE = "AWS::EC2::Route"
    SCHEMA = schema(TYPE, "Id")
    identifier, kind, not_found = "Id", "", "InvalidRoute.NotFound"

    def make(self, change: Change, wanted: Properties) -> Properties:
        ec2(change).create_route(**wanted)
        return {**wanted, "Id": f"{wanted['RouteTableId']}|{wanted['DestinationCidrBlock']}"}

    def remove(self, change: Change, current: Properties) -> None:
        table, destination = self.id_of(current).split("|")
        ec2(change).delete_route(RouteTableId=table, DestinationCidrBlock=destination)

    def find(self, change: Change, wanted: Properties) -> Properties:
        ec2(change).describe_route_tables(RouteTableIds=[wanted["RouteTableId"]])
        return wanted


class VpcEndpoint(NetworkResource):
    TYPE = "AWS::EC2::VPCEndpoint"
    SCHEMA = schema(TYPE, "Id")
    identifier, kind, not_found = "Id", "vpc-endpoint", "InvalidVpcEndpointId.NotFound"

    def make(self, change: Change, wanted: Properties) -> Properties:
        parameters = {name: value for name, value in wanted.items() if name != "Tags"}
        made = ec2(change).create_vpc_endpoint(**parameters, **self.tagged(wanted))["VpcEndpoint"]
        return {**wanted, "Id": made["VpcEndpointId"]}

    def remove(self, change: Change, current: Properties) -> None:
        ec2(change).delete_vpc_endpoints(VpcEndpointIds=[self.id_of(current)])

    def find(self, change: Change, wanted: Properties) -> Properties:
        ec2(change).describe_vpc_endpoints(VpcEndpointIds=[self.id_of(wanted)])
        return wanted


class SecurityGroup(NetworkResource):
    """A security group of a VPC. With rules of its own it loses the one that AWS gives each: everything out."""

    TYPE = "AWS::EC2::SecurityGroup"
    SCHEMA = schema(TYPE, "GroupId")
    identifier, kind, not_found = "GroupId", "security-group", "InvalidGroup.NotFound"

    def make(self, change: Change, wanted: Properties) -> Properties:
        if "VpcId" not in wanted:
            raise UnsupportedPropertyError("The local AWS makes a security group in a VPC only: VpcId is missing.")
        client = ec2(change)
        made = client.create_security_group(
            GroupName=wanted.get("GroupName") or default_name(change),
            Description=wanted["GroupDescription"],
            VpcId=wanted["VpcId"],
            **self.tagged(wanted),
        )
        group = made["GroupId"]
        if outward := wanted.get("SecurityGroupEgress"):
            found = client.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
            client.revoke_security_group_egress(GroupId=group, IpPermissions=found["IpPermissionsEgress"])
            client.authorize_security_group_egress(GroupId=group, IpPermissions=[permission(each) for each in outward])
        if inward := wanted.get("SecurityGroupIngress"):
            client.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission(each) for each in inward])
        return {**wanted, "GroupId": group}

    def remove(self, change: Change, current: Properties) -> None:
        ec2(change).delete_security_group(GroupId=self.id_of(current))

    def find(self, change: Change, wanted: Properties) -> Properties:
        ec2(change).describe_security_groups(GroupIds=[self.id_of(wanted)])
        return wanted


class SecurityGroupIngress(NetworkResource):
    """One rule for what comes in; Ref is the rule's id."""

    TYPE = "AWS::EC2::SecurityGroupIngress"
    SCHEMA = schema(TYPE, "Id")
    identifier, kind, not_found = "Id", "", "InvalidSecurityGroupRuleId.NotFound"

    def make(self, change: Change, wanted: Properties) -> Properties:
        made = ec2(change).authorize_security_group_ingress(
            GroupId=wanted["GroupId"], IpPermissions=[permission(wanted)]
        )
        return {**wanted, "Id": made["SecurityGroupRules"][0]["SecurityGroupRuleId"]}

    def remove(self, change: Change, current: Properties) -> None:
        ec2(change).revoke_security_group_ingress(GroupId=current["GroupId"], IpPermissions=[permission(current)])

    def find(self, change: Change, wanted: Properties) -> Properties:
        ec2(change).describe_security_group_rules(SecurityGroupRuleIds=[self.id_of(wanted)])
        return wanted


_RULE = {"IpProtocol", "FromPort", "ToPort", "CidrIp", "SourceSecurityGroupId", "Description", "GroupId", "Id"}


def permission(rule: Properties) -> dict[str, Any]:
    """A rule of a template as the API's IpPermission. Raises UnsupportedPropertyError for other peers than the two."""
    if unknown := sorted(rule.keys() - _RULE):
        raise UnsupportedPropertyError(f"The local AWS makes no security group rule with {', '.join(unknown)}.")
    ports: dict[str, Any] = {name: rule[name] for name in ("FromPort", "ToPort") if name in rule}
    described = {"Description": rule["Description"]} if "Description" in rule else {}
    if "CidrIp" in rule:
        peer: dict[str, Any] = {"IpRanges": [{"CidrIp": rule["CidrIp"], **described}]}
    else:
        peer = {"UserIdGroupPairs": [{"GroupId": rule["SourceSecurityGroupId"], **described}]}
    return {"IpProtocol": rule["IpProtocol"], **ports, **peer}


def ec2(change: Change) -> Any:
    return change.aws_client_factory.ec2
