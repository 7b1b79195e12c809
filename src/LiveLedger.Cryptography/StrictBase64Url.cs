using System.Buffers.Text;

namespace LiveLedger.Cryptography;

/// <summary>base64url without padding (RFC 4648 §5), one text for each byte string: what our tokens, keys and URLs carry.</summary>
/// <remarks>
/// The platform's decoder also takes padding, white space and stray low bits. Two texts for one value would be two
/// tokens with one signature, so all of that is refused here (RFC 4648 §3.5).
/// </remarks>
public static class StrictBase64Url
{
    /// <summary>The text of <paramref name="bytes"/>.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Takes text from outside; false for padding, any other alphabet, an impossible length or non-zero spare bits.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        var spareBits = (text.Length % 4) switch { 0 => 0, 2 => 4, 3 => 2, _ => -1 };
        if (spareBits < 0)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        if (text.Length > 0 && (ValueOf(text[^1]) & ((1 << spareBits) - 1)) != 0)
        {
            return false;
        }

        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }

    private static int ValueOf(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '-' => 62,
        _ => 63,
    };
}
