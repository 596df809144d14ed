using System.Text;
using System.Text.Json;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Tests.Sessions;

public sealed class TerminalSizesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task Sizes_OneAfterTheOther_ComeWhole_HoweverTheyAreCut(int pieceBytes)
    {
        var sizes = new TerminalSizes(new Pieces("""{"Width":80,"Height":24} {"Height":50,"Width":132}""" + "\n" + """{"Width":0,"Height":65535}""", pieceBytes));

        Assert.Equal((80, 24), await sizes.ReadAsync(default));
        Assert.Equal((132, 50), await sizes.ReadAsync(default));
        Assert.Equal((0, 65535), await sizes.ReadAsync(default));
        Assert.Null(await sizes.ReadAsync(default));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"Width":80}""")]
    [InlineData("""{"Width":-1,"Height":1}""")]
    [InlineData("""{"Width":65536,"Height":1}""")]
    [InlineData("""{"Width":1.5,"Height":1}""")]
    [InlineData("[80,24]")]
    public async Task Nonsense_IsNoSize(string text) =>
        await Assert.ThrowsAnyAsync<JsonException>(() => new TerminalSizes(new Pieces(text, 4096)).ReadAsync(default));

    [Fact]
    public async Task Object_WithoutAnEnd_IsNotReadForEver()
    {
        var endless = new TerminalSizes(new Pieces("{\"Width\":" + new string(' ', 100_000), 4096));

        Assert.Null(await endless.ReadAsync(default));
    }

    private sealed class Pieces(string text, int pieceBytes) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceBytes)], cancellationToken);
    }
}
