using LiveLedger.Chain.Abi;
using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Keccak;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.TypedData;

/// <summary>What a broadcaster signs for a voucher.</summary>
public static class VoucherHash
{
    private static readonly Bytes32 s_type = Keccak256.Of(
        "Voucher(uint256 sale,address buyer,address currency,uint128 price,uint256 nonce,uint64 deadline)"u8);

    /// <summary>The domain of a contract Tickets.</summary>
    public static TypedDomain Domain(ChainId chain, Address tickets) => new("LiveLedger Tickets", "1", chain, tickets);

    /// <summary>The hash that is signed.</summary>
    public static Bytes32 Of(Voucher voucher, ChainId chain, Address tickets) =>
        Domain(chain, tickets).Hash(Keccak256.Of(new AbiWriter().Add(s_type).AddTuple(voucher.ToTuple()).ToArray()));
}
