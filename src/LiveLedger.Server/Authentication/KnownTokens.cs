using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Security.Cryptography;
using LiveLedger.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace LiveLedger.Server.Authentication;

/// <summary>
/// Tokens whose signature and claims were found good, by their hash: a page shows the same one with each licence, sign of life and admission, and to verify it anew each time
/// costs more than all else about it. What time changes is not remembered: whoever finds a token here still looks whether it has ended. Bounded: the older half is forgotten.
/// </summary>
internal sealed class KnownTokens(int most = 16_384)
{
    private readonly Lock _lock = new();
    private Dictionary<Bytes32, KnownToken> _younger = [];
    private Dictionary<Bytes32, KnownToken> _older = [];

    /// <summary>The name of a token: who has a dump of this still has none.</summary>
    public static Bytes32 NameOf(string token)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Length];
        SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan()), hash);
        return new(hash);
    }

    /// <summary>What is known of a token; null if nothing is.</summary>
    public KnownToken? Find(Bytes32 name)
    {
        lock (_lock)
        {
            if (_younger.TryGetValue(name, out var known) || !_older.TryGetValue(name, out known))
            {
                return known;
            }

            Keep(name, known);
            return known;
        }
    }

    /// <summary>Remembers a token that was verified.</summary>
    public void Add(Bytes32 name, KnownToken known)
    {
        lock (_lock)
        {
            Keep(name, known);
        }
    }

    private void Keep(Bytes32 name, KnownToken known)
    {
        if (_younger.Count >= most / 2)
        {
            (_older, _younger) = (_younger, _older);
            _younger.Clear();
        }

        _younger[name] = known;
    }
}

/// <summary>What a verified token says.</summary>
/// <param name="identity">Its claims. Requests read it and none changes it.</param>
/// <param name="from">Its <c>nbf</c>; null if it has none.</param>
/// <param name="to">Its <c>exp</c>.</param>
internal sealed class KnownToken(ClaimsIdentity identity, DateTime? from, DateTime to) : SecurityToken
{
    public ClaimsIdentity Identity { get; } = identity;

    /// <summary>Null if it is good from when it was made.</summary>
    public DateTime? NotBefore { get; } = from;

    public override DateTime ValidFrom => NotBefore ?? DateTime.MinValue;

    public override DateTime ValidTo { get; } = to;

    public override string Id => "";

    public override string Issuer => "";

    public override SecurityKey? SecurityKey => null;

    public override SecurityKey? SigningKey { get; set; }
}
