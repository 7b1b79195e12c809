using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Commands;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Cli.Chain;

/// <summary>`chain verify` of a receipt that holds: the log that is to extend it must be the one that is meant, witnessed as is asked, and in our contract.</summary>
public sealed class Anchors_and_whom_one_trusts : IAsyncLifetime
{
    private readonly ServedLog _log = new();
    private readonly Ed25519PrivateKey _witness = Ed25519PrivateKey.Generate();
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-anchors-").FullName;
    private Anvil? _node;
    private TestContracts? _contracts;
    private AnchoredCheckpoint? _anchored;

    public async ValueTask InitializeAsync()
    {
        _node = await Anvil.StartAsync();
        _contracts = await TestContracts.DeployAsync(_node);
        _anchored = new(_contracts.Anchor, 5, ServedLog.Origin, _log.Serve(ServedLog.Entries(5)));
        await File.WriteAllBytesAsync(Receipt, await _anchored.AnchorAsync(_node));
    }

    public async ValueTask DisposeAsync()
    {
        await _node!.DisposeAsync();
        _log.Dispose();
        _witness.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Receipt => Path.Combine(_folder, "receipt");

    private string Policy => Path.Combine(_folder, "policy");

    [Fact]
    public async Task A_checkpoint_of_another_key_or_of_too_few_witnesses_is_not_believed()
    {
        await SaysAsync(0, "OK   checkpoint of size 5 is anchored: chain 31337", "--key", _log.Key.ToString());
        using var other = Ed25519PrivateKey.Generate();
        await SaysAsync(1, "FAIL the checkpoint does not open with the key", "--key", VerifierKey.Of(ServedLog.Origin, other.PublicKey).ToString());
        await SaysAsync(2, "--key is no Ed25519 vkey", "--key", "test.example/log");

        // Nobody has cosigned, then one, then another who is not the one that the policy also asks for.
        using var second = Ed25519PrivateKey.Generate();
        await KeepPolicyAsync(_log.Key, second);
        await SaysAsync(1, "FAIL the policy's quorum has not cosigned the checkpoint; nobody has", "--policy", Policy);
        Cosign(("w.example/one", _witness));
        await SaysAsync(1, "FAIL the policy's quorum has not cosigned the checkpoint", "--policy", Policy);
        _log.Serve(ServedLog.Entries(5));
        Cosign(("w.example/one", _witness), ("w.example/two", other));
        await SaysAsync(1, "FAIL ", "--policy", Policy);
        _log.Serve(ServedLog.Entries(5));
        Cosign(("w.example/one", _witness), ("w.example/two", second));
        await SaysAsync(0, "good by the policy, cosigned by one 2024-10-04T00:00:00Z, two", "--policy", Policy);
        await KeepPolicyAsync(VerifierKey.Of(ServedLog.Origin, other.PublicKey), second);
        await SaysAsync(1, "FAIL the policy does not list this log's key", "--policy", Policy);
        await SaysAsync(3, "cannot read", "--policy", $"{Policy}.none");
    }

    [Fact]
    public async Task A_log_that_has_grown_extends_what_was_anchored_and_one_that_was_rewritten_cut_or_renamed_does_not()
    {
        _log.Serve(ServedLog.Entries(300));
        await SaysAsync(0, "the log test.example/log extends it: size 300");

        var rewritten = ServedLog.Entries(300);
        rewritten[3] = ServedLog.Entry(3, "another");
        _log.Serve(rewritten);
        await SaysAsync(1, "FAIL the log was rewritten: the tree that was anchored at size 5 is not the beginning of the one signed now");
        rewritten = ServedLog.Entries(5);
        rewritten[4] = ServedLog.Entry(4, "another");
        _log.Serve(rewritten);
        await SaysAsync(1, "FAIL the log was rewritten");
        _log.Serve(ServedLog.Entries(4));
        await SaysAsync(1, "FAIL the log has shrunk: 4 entries now, 5 were anchored");

        var foreign = new AnchoredCheckpoint(_contracts!.Anchor, 5, "other.example/log", _log.Serve(ServedLog.Entries(5)));
        await File.WriteAllBytesAsync(Receipt, await foreign.AnchorAsync(_node!));
        await SaysAsync(1, "FAIL what was anchored is of another log than test.example/log");
    }

    [Fact]
    public async Task What_another_program_keeps_at_the_same_place_is_no_anchor_unless_its_address_is_named()
    {
        var address = _contracts!.Anchor.ToString();
        var code = (string)(await _node!.CallAsync("eth_getCode", address, "latest"))!;
        await _node.CallAsync("anvil_setCode", address, code + "00");
        await _node.MineAsync();
        await File.WriteAllBytesAsync(Receipt, await _anchored!.ReceiptAsync(_node));
        await SaysAsync(1, $"FAIL the contract {_contracts.Anchor.ToChecksumText()} is not the published CheckpointAnchor");
        await SaysAsync(0, "OK   checkpoint of size 5 is anchored", "--contract", address);

        await _node.CallAsync("anvil_setCode", address, code);
        await _node.MineAsync();
        await File.WriteAllBytesAsync(Receipt, await _anchored.ReceiptAsync(_node));
        await SaysAsync(0, "which is the published CheckpointAnchor");
        await SaysAsync(1, "FAIL the receipt is of the contract", "--contract", _contracts.Tickets.ToString());
        await SaysAsync(0, "OK   checkpoint of size 5 is anchored", "--submitter", _node.Accounts[5]);
        await SaysAsync(1, "has anchored it, not", "--submitter", _node.Accounts[4]);
    }

    private async Task SaysAsync(int exit, string words, params string[] more)
    {
        var (ended, output, error) = await CommandLine.RunAsync(["chain", "verify", "--server", _log.Address.AbsoluteUri, "--receipt", Receipt, "--node", _node!.Url, .. more]);
        Assert.Contains(words, output + error, StringComparison.Ordinal);
        Assert.Equal(exit, ended);
    }

    private Task KeepPolicyAsync(VerifierKey log, Ed25519PrivateKey second) => File.WriteAllTextAsync(
        Policy,
        $"log {log}\nwitness one {CosignerKey.Of("w.example/one", _witness.PublicKey)}\nwitness two {CosignerKey.Of("w.example/two", second.PublicKey)}\ngroup both all one two\nquorum both\n");

    private void Cosign(params (string Name, Ed25519PrivateKey Key)[] witnesses)
    {
        Assert.True(SignedNote.TryParse(_log.Files["/log/checkpoint"], out var note));
        Assert.True(Checkpoint.TryParse(note.Text, out var checkpoint));
        _log.Files = new(_log.Files)
        {
            ["/log/checkpoint"] = note.With([.. witnesses.Select(w => new Cosigner(w.Name, w.Key).Cosign(checkpoint, DateTimeOffset.UnixEpoch.AddDays(20_000)))]).ToBytes(),
        };
    }
}
