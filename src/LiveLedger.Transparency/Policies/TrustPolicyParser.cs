using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Transparency.Policies;

/// <summary>Reads a policy file line by line. Names are octets, whatever they mean as text: here each octet is one char.</summary>
internal sealed class TrustPolicyParser
{
    private const string None = "none";

    private readonly List<PolicyLog> _logs = [];
    private readonly List<PolicyWitness> _witnesses = [];
    private readonly List<QuorumRule.Node> _nodes = [];
    private readonly Dictionary<string, int> _names = [];
    private readonly HashSet<int> _members = [];
    private readonly HashSet<Ed25519PublicKey> _logKeys = [];
    private readonly HashSet<Ed25519PublicKey> _witnessKeys = [];
    private int _groups;
    private bool _hasQuorum;
    private int? _quorum;

    internal static bool TryParse(ReadOnlySpan<byte> file, [NotNullWhen(true)] out TrustPolicy? policy, [NotNullWhen(false)] out PolicyProblem? problem)
    {
        (policy, problem) = (null, null);
        if (file.Length > TrustPolicy.MaxLength)
        {
            problem = new(0, $"a policy has at most {TrustPolicy.MaxLength} bytes");
            return false;
        }

        var parser = new TrustPolicyParser();
        var lines = Encoding.Latin1.GetString(file).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (parser.Read(lines[i]) is { } reason)
            {
                problem = new(i + 1, reason);
                return false;
            }
        }

        if (!parser._hasQuorum)
        {
            problem = new(0, "there is no quorum line");
            return false;
        }

        policy = new(parser._logs, parser._witnesses, new(parser._nodes, parser._quorum));
        return true;
    }

    private string? Read(string line)
    {
        // tlog-policy, "Character set": tab and newline are the only control characters.
        if (line.AsSpan().ContainsAnyInRange('\0', '\b') || line.AsSpan().ContainsAnyInRange('\n', '\u001f') || line.Contains('\u007f', StringComparison.Ordinal))
        {
            return "a control character";
        }

        var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0][0] == '#')
        {
            return null;
        }

        return words[0] switch
        {
            "log" => words.Length is 2 or 3 ? ReadLog(words) : "a log line is: log VKEY [URL]",
            "witness" => words.Length is 3 or 4 ? ReadWitness(words) : "a witness line is: witness NAME VKEY [URL]",
            "group" => words.Length >= 4 ? ReadGroup(words) : "a group line is: group NAME all|any|K MEMBER...",
            "quorum" => words.Length == 2 ? ReadQuorum(words[1]) : "a quorum line is: quorum NAME|none",
            _ => "a line begins with log, witness, group, quorum or #",
        };
    }

    private string? ReadLog(string[] words)
    {
        if (!TryText(words[1], out var vkey) || !VerifierKey.TryParse(vkey, out var key))
        {
            return "not an Ed25519 key of a log (type 0x01)";
        }

        string? url = null;
        return words.Length == 3 && !TryText(words[2], out url) ? "the URL is not UTF-8"
            : !_logKeys.Add(key.Key) ? "two logs with one key"
            : Add(_logs, new(key, url), "logs");
    }

    private string? ReadWitness(string[] words)
    {
        // A key of type 0x06 (ML-DSA-44) cannot be verified here, and a witness that never counts would quietly weaken or block the quorum.
        if (!TryText(words[2], out var vkey) || !CosignerKey.TryParse(vkey, out var key))
        {
            return "not an Ed25519 key of a witness (type 0x04)";
        }

        string? url = null;
        if (words.Length == 4 && !TryText(words[3], out url))
        {
            return "the URL is not UTF-8";
        }

        if (!_witnessKeys.Add(key.Key))
        {
            return "two witnesses with one key";
        }

        return Define(words[1], new(_witnesses.Count, 0, [])) ?? Add(_witnesses, new(TryText(words[1], out var name) ? name : words[1], key, url), "witnesses");
    }

    private string? ReadGroup(string[] words)
    {
        if (++_groups > TrustPolicy.MaxEach)
        {
            return $"more than {TrustPolicy.MaxEach} groups";
        }

        var members = new List<int>();
        foreach (var name in words.AsSpan(3))
        {
            if (!_names.TryGetValue(name, out var member))
            {
                return "a member of a group is a witness or group of a line above";
            }

            // tlog-policy: each name is a member at most once, so that a witness counts in one way only.
            if (!_members.Add(member))
            {
                return "a name is a member of two groups, or twice of one";
            }

            members.Add(member);
        }

        var count = words[2] switch
        {
            "all" => members.Count,
            "any" => 1,
            var k => k[0] is >= '1' and <= '9' && int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
        };
        return count < 1 || count > members.Count ? $"a group of {members.Count} needs all, any, or a number from 1 to {members.Count}"
            : Define(words[1], new(-1, count, [.. members]));
    }

    private string? ReadQuorum(string name)
    {
        if (_hasQuorum)
        {
            return "a second quorum line";
        }

        _hasQuorum = true;
        if (name == None)
        {
            return null;
        }

        if (!_names.TryGetValue(name, out var node))
        {
            return "the quorum is a witness or group of a line above, or none";
        }

        _quorum = node;
        return null;
    }

    private string? Define(string name, QuorumRule.Node node)
    {
        if (name == None)
        {
            return "the name none is taken";
        }

        var added = _names.TryAdd(name, _nodes.Count);
        _nodes.Add(node);
        return added ? null : "a name is defined twice";
    }

    private static string? Add<T>(List<T> list, T item, string what)
    {
        list.Add(item);
        return list.Count <= TrustPolicy.MaxEach ? null : $"more than {TrustPolicy.MaxEach} {what}";
    }

    // vkeys and URLs are text; a name need not be, and is then shown octet by octet.
    private static bool TryText(string octets, [NotNullWhen(true)] out string? text)
    {
        var bytes = Encoding.Latin1.GetBytes(octets);
        text = Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
        return text is not null;
    }
}
