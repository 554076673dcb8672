{
  "targets": [
    {
      "target_name": "camio_file",
      "sources": ["<!@(node -p \"require('@camio/native-common').sources('native')\")"],
      "include_dirs": [
        "<!(node -p \"require('@camio/native-common').include_dir\")",
        "<!(node -p \"require('node-addon-api').include_dir\")"
      ],
      "defines": ["NAPI_VERSION=9", "NAPI_DISABLE_CPP_EXCEPTIONS"],
      "cflags!": ["-O3"],
      "cflags": ["-O2", "-Wall", "-Wextra", "-Werror=return-type", "-fvisibility=hidden"],
      "cflags_cc": ["-std=gnu++20"],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "gnu++20",
        "GCC_ENABLE_CPP_EXCEPTIONS": "NO",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        "MACOSX_DEPLOYMENT_TARGET": "11.0",
        "OTHER_CFLAGS": ["-Wall", "-Wextra", "-Werror=return-type"]
      }
    }
  ]
}
