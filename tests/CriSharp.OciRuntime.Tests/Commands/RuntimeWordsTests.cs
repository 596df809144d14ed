using CriSharp.OciRuntime.Commands;

namespace CriSharp.OciRuntime.Tests.Commands;

public sealed class RuntimeWordsTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("plain words\n", "plain words")]
    [InlineData("{\"level\":\"error\",\"msg\":\"no\",\"time\":\"t\"}\nno\n", "no")]
    [InlineData("{\"msg\":\"from crun\",\"level\":\"error\",\"time\":\"t\"}", "from crun")]
    [InlineData("{\"level\":\"warning\",\"msg\":\"ignored\"}\n{\"level\":\"error\",\"msg\":\"first\"}\n{\"level\":\"error\",\"msg\":\"second\"}", "first; second")]
    [InlineData("{\"level\":\"error\",\"msg\":\"cut sho", "{\"level\":\"error\",\"msg\":\"cut sho")]
    [InlineData("{\"nested\":{\"msg\":\"not this\"},\"level\":\"error\",\"msg\":\"this\"}", "this")]
    public void Of_WhenTheRuntimeSpoke_FindsWhatWentWrong(string text, string? words) => Assert.Equal(words, RuntimeWords.Of(text));

    [Fact]
    public void Of_WhenItSpokeForLong_KeepsTheEnd()
    {
        var words = RuntimeWords.Of(new string('x', 10_000) + "the cause");

        Assert.Equal(RuntimeWords.LimitCharacters + 3, words!.Length);
        Assert.EndsWith("the cause", words, StringComparison.Ordinal);
    }
}
