using System.Text;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tests.Tree;
using LiveLedger.Transparency.Witnesses;

namespace LiveLedger.Transparency.Tests.Witnesses;

public sealed class AddCheckpointRequests
{
    private const string Hash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    public void A_request_is_read_as_it_was_written(int proof)
    {
        var request = new AddCheckpointRequest(new(41), [.. SampleTree.Leaves(proof)], Encoding.UTF8.GetBytes("text\n\n\u2014 a AAAAAAA=\n"));
        Assert.True(AddCheckpointRequest.TryParse(request.ToBytes(), out var read));
        Assert.Equal(request.ToBytes(), read.ToBytes());
        Assert.Equal((request.Old, request.Proof.Length), (read.Old, read.Proof.Length));
    }

    [Fact]
    public void Blank_lines_of_the_note_are_the_notes()
    {
        Assert.True(AddCheckpointRequest.TryParse("old 0\n\na\n\nb\n\n"u8, out var read));
        Assert.Equal("a\n\nb\n\n", Encoding.UTF8.GetString(read.Note.Span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("old 1\n")]
    [InlineData("old 1\n\n")]
    [InlineData("old\n\nnote\n")]
    [InlineData("old \n\nnote\n")]
    [InlineData("old 01\n\nnote\n")]
    [InlineData("old +1\n\nnote\n")]
    [InlineData("old -1\n\nnote\n")]
    [InlineData("old  1\n\nnote\n")]
    [InlineData("old 1 \n\nnote\n")]
    [InlineData("old 1\r\n\nnote\n")]
    [InlineData("Old 1\n\nnote\n")]
    [InlineData("new 1\n\nnote\n")]
    [InlineData("old 9223372036854775808\n\nnote\n")]
    [InlineData("old 99999999999999999999\n\nnote\n")]
    [InlineData("old 1\nAAAA\n\nnote\n")]
    [InlineData("old 1\n" + Hash + " \n\nnote\n")]
    [InlineData("old 1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n\nnote\n")]
    [InlineData("old 1\n" + Hash + Hash + "\n\nnote\n")]
    [InlineData("old 1\n" + Hash + "\r\n\nnote\n")]
    [InlineData("old 1\n\u00e9\n\nnote\n")]
    public void Any_other_body_is_refused(string body) => Assert.False(AddCheckpointRequest.TryParse(Encoding.UTF8.GetBytes(body), out _));

    [Fact]
    public void More_proof_than_any_tree_needs_and_more_bytes_than_any_note_has_are_refused()
    {
        var lines = string.Concat(Enumerable.Repeat(Hash + "\n", 64));
        Assert.False(AddCheckpointRequest.TryParse(Encoding.UTF8.GetBytes($"old 1\n{lines}\nnote\n"), out _));
        Assert.False(AddCheckpointRequest.TryParse(Encoding.UTF8.GetBytes("old 1\n\n" + new string('x', AddCheckpointRequest.MaxLength)), out _));
        Assert.True(AddCheckpointRequest.TryParse(Encoding.UTF8.GetBytes("old 1\n\n" + new string('x', SignedNote.MaxLength)), out _));
    }
}
