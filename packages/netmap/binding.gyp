{
  "targets": [
    {
      "target_name": "camio_netmap",
      "conditions": [
        ["OS!='linux'", { "type": "none" }],
        [
          "OS=='linux'",
          {
            "sources": ["<!@(node -p \"require('@camio/native-common').sources('native')\")"],
            "include_dirs": [
              "<!(node -p \"require('@camio/native-common').include_dir\")",
              "<!(node -p \"require('node-addon-api').include_dir\")"
            ],
            "defines": [
              "NAPI_VERSION=9",
              "NAPI_DISABLE_CPP_EXCEPTIONS",
              "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"
            ],
            "cflags!": ["-O3"],
            "cflags": ["-O2", "-Wall", "-Wextra", "-Werror=return-type", "-fvisibility=hidden"],
            "cflags_cc": ["-std=gnu++20"]
          }
        ]
      ]
    }
  ]
}
