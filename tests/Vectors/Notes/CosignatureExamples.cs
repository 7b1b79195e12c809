using System.Text;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Witnesses;

namespace LiveLedger.Vectors.Notes;

/// <summary>A checkpoint as it stood in public: of a static CT log (staging, 2026), with signatures of three types, four of them by witnesses; and the examples of C2SP.</summary>
public sealed class CosignatureExamples
{
    private const string LogVkey = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
    private const string WitnessVkey = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

    private const string Note =
        "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n"
        + "\u2014 arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"
        + "\u2014 arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
        + "\u2014 transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"
        + "\u2014 witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n"
        + "\u2014 remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"
        + "\u2014 witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n";

    private static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeSeconds(0x6a122120);

    [Fact]
    public void A_public_checkpoint_opens_with_its_logs_key_and_its_witnesss()
    {
        Assert.True(VerifierKey.TryParse(LogVkey, out var log));
        Assert.True(CosignerKey.TryParse(WitnessVkey, out var witness));
        Assert.Equal((LogVkey, WitnessVkey), (log.ToString(), witness.ToString()));

        Assert.Equal(CheckpointResult.Valid, Checkpoint.Open(Bytes, log, out var checkpoint));
        Assert.Equal(1_432_088_532UL, checkpoint!.Head.Size.Value);
        Assert.True(SignedNote.TryParse(Bytes, out var note));
        Assert.Equal(NoteResult.Valid, Cosignature.Verify(note, witness, out var time));
        Assert.Equal(s_time, time);
        Assert.Equal(Bytes, note.ToBytes());
    }

    [Theory]
    [InlineData("1432088532", "1432088533")]
    [InlineData("U7WM79", "U7WM78")]
    [InlineData("2net5wAAAABqEiEgPlf", "2net5wAAAABqEiEhPlf")]
    public void Altered_it_does_not(string from, string to)
    {
        Assert.True(CosignerKey.TryParse(WitnessVkey, out var witness));
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes(Note.Replace(from, to, StringComparison.Ordinal)), out var note));
        Assert.Equal(NoteResult.BadSignature, Cosignature.Verify(note, witness, out _));
    }

    [Fact]
    public void A_policy_of_that_log_and_witness_is_satisfied()
    {
        Assert.True(TrustPolicy.TryParse(Encoding.UTF8.GetBytes($"log {LogVkey}\nwitness remora {WitnessVkey}\nquorum remora\n"), out var policy, out _));
        var verdict = policy.Check(Bytes);
        Assert.Equal((PolicyResult.Satisfied, s_time), (verdict.Result, verdict.Oldest));
    }

    [Fact]
    public void The_example_of_tlog_cosignature_carries_the_time_of_its_message()
    {
        const string Example = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
            + "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
            + "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes(Example), out var note));
        Assert.True(Checkpoint.TryParse(note.Text, out _));
        Assert.Equal(Cosignature.Length, note.Signatures[1].Signature.Length);
        Assert.Equal(1_679_315_147, System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(note.Signatures[1].Signature.Span));
        Assert.Equal(
            "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            Encoding.UTF8.GetString(Cosignature.Message(1_679_315_147, note.Text)));
    }

    [Fact]
    public void The_example_request_of_tlog_witness_is_read_and_written_alike()
    {
        var body = Encoding.UTF8.GetBytes(
            "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
            + "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n"
            + "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
            + "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
            + "\u2014 example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n");
        Assert.True(AddCheckpointRequest.TryParse(body, out var request));
        Assert.Equal((20_852_014UL, 4), (request.Old.Value, request.Proof.Length));
        Assert.Equal(body, request.ToBytes());
    }

    private static byte[] Bytes => Encoding.UTF8.GetBytes(Note);
}
