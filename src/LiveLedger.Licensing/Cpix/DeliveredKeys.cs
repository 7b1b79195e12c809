using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Cpix;

/// <summary>Takes the keys out of a key server's answer: as they are, or encrypted to our certificate (CPIX §8.1).</summary>
internal static class DeliveredKeys
{
    /// <summary>The keys, 16 bytes each, in the order asked for; false if one is missing, stands twice, or does not open. The caller zeroes them.</summary>
    public static bool TryRead(
        XElement document, string contentId, IReadOnlyList<(TrackClass Class, KeyId Id)> wanted, X509Certificate2 recipient, [NotNullWhen(true)] out byte[]? keys)
    {
        keys = null;
        // An answer for another broadcast must not be taken for ours; and who answers with other ids answers another question.
        if ((string?)document.Attribute("contentId") != contentId)
        {
            return false;
        }

        var all = GC.AllocateArray<byte>(wanted.Count * ContentKey.Length, pinned: true);
        try
        {
            var elements = CpixRequest.Children(document, "ContentKeyList", "ContentKey").ToList();
            for (var i = 0; i < wanted.Count; i++)
            {
                var kid = wanted[i].Id.Value;
                var named = elements.Where(e => Guid.TryParse((string?)e.Attribute("kid"), out var id) && id == kid).ToList();
                if (named is not [var one] || !TryOpen(document, one, recipient, all.AsSpan(i * ContentKey.Length, ContentKey.Length)))
                {
                    CryptographicOperations.ZeroMemory(all);
                    return false;
                }
            }

            keys = all;
            return true;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            CryptographicOperations.ZeroMemory(all);
            return false;
        }
    }

    private static bool TryOpen(XElement document, XElement key, X509Certificate2 recipient, Span<byte> output)
    {
        var secret = key.Elements(CpixNames.Cpix + "Data").Elements(CpixNames.Pskc + "Secret").SingleOrDefault();
        var plain = secret?.Element(CpixNames.Pskc + "PlainValue")?.Value;
        var opened = plain is not null ? Convert.FromBase64String(plain) : secret is null ? [] : Decrypt(document, secret, recipient);
        try
        {
            // A key of zeros is none.
            return opened.Length == output.Length && opened.AsSpan().ContainsAnyExcept((byte)0) && opened.AsSpan().TryCopyTo(output);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened);
        }
    }

    private static byte[] Decrypt(XElement document, XElement secret, X509Certificate2 recipient)
    {
        var own = Convert.ToBase64String(recipient.RawData);
        var delivery = CpixRequest.Children(document, "DeliveryDataList", "DeliveryData").FirstOrDefault(d => d.Descendants(CpixNames.Ds + "X509Certificate")
            .Any(c => string.Concat(c.Value.Where(static ch => !char.IsWhiteSpace(ch))) == own));
        if (delivery?.Element(CpixNames.Cpix + "DocumentKey") is not { } documentKey || delivery.Element(CpixNames.Cpix + "MACMethod") is not { } macMethod
            || (string?)macMethod.Attribute("Algorithm") != CpixNames.Mac)
        {
            return [];
        }

        using var rsa = recipient.GetRSAPrivateKey()!;
        var (aesKey, macKey) = (Unwrap(rsa, documentKey), Unwrap(rsa, macMethod));
        try
        {
            var value = Value(secret);
            var mac = Convert.FromBase64String(secret.Element(CpixNames.Pskc + "ValueMAC")?.Value ?? "");
            if (value.Length < 32 || !CryptographicOperations.FixedTimeEquals(HMACSHA512.HashData(macKey, value), mac))
            {
                return [];
            }

            using var aes = Aes.Create();
            aes.SetKey(aesKey);
            return aes.DecryptCbc(value.AsSpan(16), value.AsSpan(0, 16));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(aesKey);
            CryptographicOperations.ZeroMemory(macKey);
        }
    }

    private static byte[] Unwrap(RSA rsa, XElement element) => rsa.Decrypt(Value(element), RSAEncryptionPadding.OaepSHA1);

    private static byte[] Value(XElement element) => Convert.FromBase64String(element.Descendants(CpixNames.Enc + "CipherValue").FirstOrDefault()?.Value ?? "");
}
