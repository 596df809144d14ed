namespace CriSharp.Specs;

public static class SandboxSpec
{
    public static BuiltSpec Build(SandboxSpecInput input) => throw new NotSupportedException(input.SandboxId);
}
