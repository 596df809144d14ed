using System.Text;
using CriSharp.Pods.Host;

namespace CriSharp.Pods.Tests.Host;

public sealed class HandlerFactsTests
{
    private const string Known = """{"mountOptions":["ro","rro","rw"]}""";

    [Theory]
    [InlineData(Known, "5.12", true)]
    [InlineData(Known, "6.1.0", true)]
    [InlineData(Known, "5.11.22", false)]
    [InlineData(Known, "5.10", false)]
    [InlineData("""{"mountOptions":["ro","rw"]}""", "6.1", false)]
    [InlineData("""{"mountOptions":"rro"}""", "6.1", false)]
    [InlineData("{}", "6.1", false)]
    public void RecursiveReadOnly_NeedsTheRuntimeAndTheKernel(string features, string kernel, bool expected) =>
        Assert.Equal(expected, HandlerFacts.HasRecursiveReadOnly(Encoding.UTF8.GetBytes(features), Version.Parse(kernel)));
}
