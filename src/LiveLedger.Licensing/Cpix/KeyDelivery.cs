using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Cpix;

/// <summary>
/// Content keys encrypted to certificates (CPIX §8.1): a random document key encrypts each content key, a random MAC key vouches for
/// each, and both are encrypted to every certificate. Both are gone when this is disposed.
/// </summary>
internal sealed class KeyDelivery : IDisposable
{
    private const int MaxRecipients = 16;
    private const int DocumentKeyLength = 32;
    private const int MacKeyLength = 64;

    private readonly byte[] _documentKey = Random(DocumentKeyLength);
    private readonly byte[] _macKey = Random(MacKeyLength);

    /// <summary>The certificates of a request.</summary>
    /// <exception cref="RefusedException">One is not of RSA, too weak, or none at all.</exception>
    public static IReadOnlyList<X509Certificate2> Recipients(XElement document)
    {
        var all = CpixRequest.Children(document, "DeliveryDataList", "DeliveryData").ToList();
        return all.Count <= MaxRecipients ? [.. all.Select(Certificate)] : throw new RefusedException(CpixRefusals.Certificate);
    }

    /// <summary>Puts the document key and the MAC key, encrypted to its certificate, into a DeliveryData.</summary>
    public void WriteTo(XElement deliveryData)
    {
        using var certificate = Certificate(deliveryData);
        using var rsa = certificate.GetRSAPublicKey()!;
        deliveryData.Elements().Where(static e => e.Name == CpixNames.Cpix + "DocumentKey" || e.Name == CpixNames.Cpix + "MACMethod").Remove();
        // Behind the certificate, where the schema has them.
        (deliveryData.Elements(CpixNames.Cpix + "DeliveryKey").LastOrDefault() ?? throw new RefusedException(CpixRefusals.Certificate)).AddAfterSelf(
            new XElement(CpixNames.Cpix + "DocumentKey", new XAttribute("Algorithm", CpixNames.DocumentCipher),
                new XElement(CpixNames.Cpix + "Data", new XElement(CpixNames.Pskc + "Secret", To(rsa, _documentKey)))),
            new XElement(CpixNames.Cpix + "MACMethod", new XAttribute("Algorithm", CpixNames.Mac),
                new XElement(CpixNames.Cpix + "Key", To(rsa, _macKey))));
    }

    /// <summary>A content key encrypted by the document key, with its MAC: what stands in <c>pskc:Secret</c>.</summary>
    public XElement[] Encrypt(ContentKey key)
    {
        using var aes = Aes.Create();
        aes.SetKey(_documentKey);
        Span<byte> iv = stackalloc byte[16];
        RandomNumberGenerator.Fill(iv);
        byte[] sealedKey = [.. iv, .. aes.EncryptCbc(key.Bytes, iv)];
        return
        [
            Encrypted(CpixNames.DocumentCipher, sealedKey),
            new(CpixNames.Pskc + "ValueMAC", Convert.ToBase64String(HMACSHA512.HashData(_macKey, sealedKey))),
        ];
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_documentKey);
        CryptographicOperations.ZeroMemory(_macKey);
    }

    private static XElement To(RSA rsa, byte[] key) => Encrypted(CpixNames.KeyTransport, rsa.Encrypt(key, RSAEncryptionPadding.OaepSHA1));

    private static XElement Encrypted(string algorithm, byte[] value) => new(CpixNames.Pskc + "EncryptedValue",
        new XElement(CpixNames.Enc + "EncryptionMethod", new XAttribute("Algorithm", algorithm)),
        new XElement(CpixNames.Enc + "CipherData", new XElement(CpixNames.Enc + "CipherValue", Convert.ToBase64String(value))));

    private static X509Certificate2 Certificate(XElement deliveryData)
    {
        try
        {
            var text = deliveryData.Elements(CpixNames.Cpix + "DeliveryKey").Descendants(CpixNames.Ds + "X509Certificate").FirstOrDefault()?.Value ?? "";
            var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text));
            using var rsa = certificate.GetRSAPublicKey();
            if (rsa is { KeySize: >= 2048 and <= 8192 })
            {
                return certificate;
            }

            certificate.Dispose();
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            // Refused below.
        }

        throw new RefusedException(CpixRefusals.Certificate);
    }

    private static byte[] Random(int length)
    {
        var key = GC.AllocateArray<byte>(length, pinned: true);
        RandomNumberGenerator.Fill(key);
        return key;
    }
}
