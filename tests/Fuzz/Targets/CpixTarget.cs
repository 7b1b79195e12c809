using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiveLedger.Harness.Speke;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Cpix;
using LiveLedger.Media.Protection;

namespace LiveLedger.Fuzz.Targets;

/// <summary>A packager's request, and a key server's answer: whatever is in them, they are read or refused, and no answer gives another key.</summary>
internal static class CpixTarget
{
    private static readonly byte[] s_key = SHA256.HashData("a content key"u8)[..16];
    private static readonly (TrackClass, KeyId)[] s_wanted = [(TrackClass.Hd, new(new Guid("01990000-0000-7000-8000-000000000001"))), (TrackClass.Audio, new(new Guid("01990000-0000-7000-8000-000000000002")))];

    public static FuzzTarget Create()
    {
        var request = new PackagerRequest { ContentId = "0199", VideoKey = s_wanted[0].Item2.Value, AudioKey = s_wanted[1].Item2.Value, Systems = [PackagerRequest.Widevine] };
        return new("cpix", [Bytes(request.Document), Bytes((request with { Speke = "2.1", Scheme = "cenc", Systems = [] }).Document)], static input =>
        {
            try
            {
                if (CpixText.TryRead(input.ToArray(), out var document))
                {
                    var read = CpixRequest.Read(document, "2.3");
                    if (read.Keys.Count is 0 or > 128)
                    {
                        throw new FuzzException("a request without keys was read");
                    }
                }
            }
            catch (RefusedException)
            {
                // With its reason, which is the promise.
            }
        });
    }

    public static FuzzTarget CreateDelivered()
    {
        // The same in every run, as the inputs are: a private key of a test, and no secret.
        using var rsa = RSA.Create(2048);
        var recipient = new CertificateRequest("CN=fuzz", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var order = CpixOrder.Write("0199", ProtectionScheme.Cbcs, 0, s_wanted, recipient);
        return new("cpix-answer", [Answer(order)], input =>
        {
            if (CpixText.TryRead(input.ToArray(), out var document) && DeliveredKeys.TryRead(document, "0199", s_wanted, recipient, out var keys)
                && !document.Descendants(CpixNames.Pskc + "PlainValue").Any() && !keys.AsSpan().SequenceEqual([.. s_key, .. s_key]))
            {
                throw new FuzzException("an encrypted key was altered and taken");
            }
        });
    }

    private static byte[] Answer(byte[] order) => CpixText.TryRead(order, out var document)
        ? CpixAnswer.Write(CpixRequest.Read(document, "2.3"), static id => new ContentKey(id, s_key), static _ => new byte[16], "")
        : throw new FuzzException("our own order does not read");

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
