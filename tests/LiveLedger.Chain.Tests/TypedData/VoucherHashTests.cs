using LiveLedger.Chain.Tests.Abi;
using LiveLedger.Chain.Tests.Readers;
using LiveLedger.Chain.TypedData;

namespace LiveLedger.Chain.Tests.TypedData;

public sealed class VoucherHashTests
{
    [Fact]
    public void Random_vouchers_hash_as_ethers_and_viem_hash_them()
    {
        var random = new RandomValues(712);
        var cases = Enumerable.Range(0, 100).Select(_ => (Voucher: ContractCases.Voucher(random), Chain: new ChainId(random.Long()), Contract: random.Account())).ToArray();
        var hashed = NodeReader.Ask<Hashes[]>("typedData", cases.Select(static c => new
        {
            chain = c.Chain.Value.ForEthers(),
            contract = c.Contract.ForEthers(),
            message = new
            {
                sale = c.Voucher.Sale.Value.ForEthers(),
                buyer = c.Voucher.Buyer.ForEthers(),
                currency = c.Voucher.Currency.ForEthers(),
                price = c.Voucher.Price.ForEthers(),
                nonce = c.Voucher.Nonce.ForEthers(),
                deadline = c.Voucher.Deadline.ForEthers(),
            },
        }));
        foreach (var (voucher, expected) in cases.Zip(hashed))
        {
            var hash = "0x" + VoucherHash.Of(voucher.Voucher, voucher.Chain, voucher.Contract);
            Assert.Equal(expected.Ethers, hash);
            Assert.Equal(expected.Viem, hash);
            Assert.Equal(expected.Separator, "0x" + VoucherHash.Domain(voucher.Chain, voucher.Contract).Separator);
        }
    }

    private sealed record Hashes(string Ethers, string Viem, string Separator);
}
