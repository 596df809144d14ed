using System.Text;
using CriSharp.Pods.Host;

namespace CriSharp.Pods.Tests.Host;

public sealed class UserNamespaceFactsTests
{
    [Fact]
    public void RefusalOf_WhenNamespacesAndMountsAreNamed_IsNone() =>
        Assert.Null(RefusalOf("""{"linux":{"namespaces":["pid","user"],"mountExtensions":{"idmap":{"enabled":true}}}}"""));

    [Theory]
    [InlineData("""{"linux":{"namespaces":["pid","user"]}}""", "idmap")]
    [InlineData("""{"linux":{"namespaces":["pid","user"],"mountExtensions":{"idmap":{"enabled":false}}}}""", "idmap")]
    [InlineData("""{"linux":{"namespaces":["pid","user"],"mountExtensions":{"idmap":{}}}}""", "idmap")]
    [InlineData("""{"linux":{"namespaces":["pid"],"mountExtensions":{"idmap":{"enabled":true}}}}""", "user namespaces")]
    [InlineData("""{"linux":{"namespaces":"user"}}""", "user namespaces")]
    [InlineData("""{}""", "Linux")]
    public void RefusalOf_WhenAnythingIsMissing_NamesIt(string features, string words) => Assert.Contains(words, RefusalOf(features), StringComparison.Ordinal);

    [Fact]
    public void RefusalOf_WhenARuntimeTellsNothing_SaysSo() => Assert.Contains("does not tell", UserNamespaceFacts.RefusalOf(null), StringComparison.Ordinal);

    private static string? RefusalOf(string features) => UserNamespaceFacts.RefusalOf(Encoding.UTF8.GetBytes(features));
}
