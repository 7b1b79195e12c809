using System.Text;
using LiveLedger.Chain.Abi;
using LiveLedger.Chain.Keccak;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.TypedData;

/// <summary>What structured data is signed for (EIP-712, "Definition of domainSeparator"): the same under another name, version, chain or contract is something else.</summary>
/// <param name="Name">Of the program that reads it.</param>
/// <param name="Version">Of that program.</param>
/// <param name="Chain">Its chain.</param>
/// <param name="Contract">Its address.</param>
public sealed record TypedDomain(string Name, string Version, ChainId Chain, Address Contract)
{
    private static readonly Bytes32 s_type = Keccak256.Of("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8);

    /// <summary>Its hash.</summary>
    public Bytes32 Separator => Keccak256.Of(new AbiWriter()
        .Add(s_type).Add(Keccak256.Of(Encoding.UTF8.GetBytes(Name))).Add(Keccak256.Of(Encoding.UTF8.GetBytes(Version))).Add(Chain.Value).Add(Contract)
        .ToArray());

    /// <summary>What is signed of a structure (EIP-712, "Specification of the eth_signTypedData JSON RPC").</summary>
    public Bytes32 Hash(Bytes32 structure) => Keccak256.Of([0x19, 0x01, .. Separator.ToArray(), .. structure.ToArray()]);
}
