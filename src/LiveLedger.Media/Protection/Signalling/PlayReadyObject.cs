using System.Buffers.Binary;
using System.Text;

namespace LiveLedger.Media.Protection.Signalling;

/// <summary>
/// The PlayReady Object: a header of version 4.3, the first that names several keys and knows AES-CBC, in the one record that players
/// need. No checksum, which would say something of the key, and no licence address, which the application gives.
/// </summary>
public static class PlayReadyObject
{
    private const int HeadLength = 4 + 2 + 2 + 2;
    private const ushort HeaderRecord = 1;

    /// <summary>The object: length, number of records, and the record; numbers little-endian, text UTF-16.</summary>
    public static byte[] Of(IReadOnlyList<KeyId> keys, ProtectionScheme scheme)
    {
        var header = Encoding.Unicode.GetBytes(Header(keys, scheme));
        var bytes = new byte[HeadLength + header.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), HeaderRecord);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), checked((ushort)header.Length));
        header.CopyTo(bytes.AsSpan(HeadLength));
        return bytes;
    }

    private static string Header(IReadOnlyList<KeyId> keys, ProtectionScheme scheme)
    {
        var algorithm = scheme == ProtectionScheme.Cbcs ? "AESCBC" : "AESCTR";
        var text = new StringBuilder("<WRMHEADER xmlns=\"http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader\" version=\"4.3.0.0\"><DATA><PROTECTINFO><KIDS>");
        foreach (var key in keys)
        {
            // A GUID as Windows lays it out: its first three numbers little-endian.
            text.Append("<KID ALGID=\"").Append(algorithm).Append("\" VALUE=\"").Append(Convert.ToBase64String(key.Value.ToByteArray())).Append("\"></KID>");
        }

        return text.Append("</KIDS></PROTECTINFO></DATA></WRMHEADER>").ToString();
    }
}
