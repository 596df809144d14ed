using CriSharp.Primitives;

namespace CriSharp.Specs.Tests;

internal static class Refused
{
    /// <summary>The error must also say something of the cause.</summary>
    public static void With(ErrorKind kind, string words, Action act)
    {
        var error = Assert.Throws<RuntimeException>(act);
        Assert.Equal(kind, error.Kind);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    public static void Invalid(string words, Action act) => With(ErrorKind.InvalidArgument, words, act);

    public static void Build(ErrorKind kind, string words, ContainerSpecInput input) => With(kind, words, () => ContainerSpec.Build(input));
}
