using LiveLedger.Chain.Abi;

namespace LiveLedger.Chain.Contracts;

/// <summary>A broadcaster's word that an account gets one ticket at this price, signed by EIP-712.</summary>
/// <param name="Sale">Of which sale.</param>
/// <param name="Buyer">Who gets the ticket, whoever pays.</param>
/// <param name="Currency">The sale's.</param>
/// <param name="Price">What is paid, whatever the sale's price is.</param>
/// <param name="Nonce">Each of a signer's once; the contract takes 256 bits, we 128.</param>
/// <param name="Deadline">Until when it can be redeemed, Unix seconds.</param>
public sealed record Voucher(SaleNumber Sale, Address Buyer, Address Currency, UInt128 Price, UInt128 Nonce, ulong Deadline)
{
    internal const string Type = "(uint256,address,address,uint128,uint256,uint64)";

    internal AbiWriter ToTuple() => new AbiWriter().Add(Sale.Value).Add(Buyer).Add(Currency).Add(Price).Add(Nonce).Add(Deadline);
}
