module example.com/my-provider

go 1.19
